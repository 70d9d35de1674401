using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;
using Akka.Persistence.Internal;

namespace Akka.Persistence;

/// <summary>An actor whose state is what its events made of it: it writes them to a journal, and recovers from them,
/// and from a snapshot of the state, when it starts or restarts.</summary>
/// <remarks>
/// <para>
/// <b>Order.</b> Handlers of events run in the actor, in the order of the calls that persisted them, each with the
/// sender of its command. Between <see cref="Persist{TEvent}"/> and its handler no command is received;
/// between <see cref="PersistAsync{TEvent}"/> and its handler commands are. Events persisted by a handler come after
/// those that are already on their way.
/// </para>
/// <para>
/// <b>Failure.</b> When it is unknown whether an event is written, <see cref="OnPersistFailure"/> is called and the
/// actor stops. When the journal rejects an event, <see cref="OnPersistRejected"/> is called in place of the handler
/// and the actor goes on. When the recovery fails, <see cref="OnRecoveryFailure"/> is called and the actor stops. A
/// handler that throws is the supervisor's business, as in any actor.
/// </para>
/// <para>
/// <b>Crash.</b> A restart loses nothing that is written. Events that wait for a write under way are lost with their
/// handlers; commands that were stashed are received by the next instance.
/// </para>
/// </remarks>
public abstract partial class Eventsourced
    : ActorBase, IPersistentIdentity, IPersistenceRecovery, IWithUnboundedStash
{
    private static int _instances;

    private readonly string _writer = Guid.NewGuid().ToString("N");
    private readonly PersistenceExtension _extension;
    private readonly UserStash _stash;
    private ILoggingAdapter? _log;
    private long _sequenceNr;

    /// <summary>An actor that recovers when it starts.</summary>
    protected Eventsourced()
    {
        _extension = Persistence.Instance.Apply(Context.System);
        Commands = new CommandStash(Context);
        _stash = new UserStash(Commands, () => _receivesCommand);
        _processing = new ProcessingCommands(this);
        _persisting = new PersistingEvents(this);
        _state = new WaitingRecoveryPermit(this);
    }

    /// <inheritdoc/>
    public abstract string PersistenceId { get; }

    /// <inheritdoc/>
    public string? JournalPluginId { get; protected set; }

    /// <inheritdoc/>
    public string? SnapshotPluginId { get; protected set; }

    /// <inheritdoc/>
    public virtual Recovery Recovery => Recovery.Default;

    /// <summary>The name that snapshots are kept under.</summary>
    public string SnapshotterId => PersistenceId;

    /// <summary>Whether events of the past still come.</summary>
    public bool IsRecovering => _state.IsRecovering;

    /// <summary>Whether the recovery is over.</summary>
    public bool IsRecoveryFinished => !IsRecovering;

    /// <summary>The highest sequence number that the actor has seen: of an event that it recovered, or whose handler
    /// runs or ran.</summary>
    public long LastSequenceNr { get; internal set; }

    /// <summary>The sequence number that a snapshot of the present state gets.</summary>
    public long SnapshotSequenceNr => LastSequenceNr;

    /// <summary>Commands that the actor put away.</summary>
    /// <remarks>What is unstashed is received before the commands that wait for a persist. Akka sets its own stash
    /// here, which is not used.</remarks>
    public IStash Stash
    {
        get => _stash;
        set => _ = value;
    }

    /// <summary>Where the actor logs.</summary>
    protected virtual ILoggingAdapter Log => _log ??= Context.GetLogger();

    /// <summary>Writes an event; receives no command until the handler has run.</summary>
    /// <param name="event">The event.</param>
    /// <param name="handler">Changes the state; runs when the event is written.</param>
    /// <exception cref="InvalidOperationException">The actor is recovering.</exception>
    public void Persist<TEvent>(TEvent @event, Action<TEvent> handler) => Add([@event], handler, true);

    /// <summary>Writes events, all or none; receives no command until the handler has run for each.</summary>
    /// <param name="events">The events.</param>
    /// <param name="handler">Changes the state; runs for each event in turn when all are written.</param>
    /// <exception cref="InvalidOperationException">The actor is recovering.</exception>
    public void PersistAll<TEvent>(IEnumerable<TEvent> events, Action<TEvent> handler) =>
        Add([.. events], handler, true);

    /// <summary>Writes an event and goes on receiving commands.</summary>
    /// <param name="event">The event.</param>
    /// <param name="handler">Changes the state; runs when the event is written.</param>
    /// <exception cref="InvalidOperationException">The actor is recovering.</exception>
    public void PersistAsync<TEvent>(TEvent @event, Action<TEvent> handler) => Add([@event], handler, false);

    /// <summary>Writes events, all or none, and goes on receiving commands.</summary>
    /// <param name="events">The events.</param>
    /// <param name="handler">Changes the state; runs for each event in turn when all are written.</param>
    /// <exception cref="InvalidOperationException">The actor is recovering.</exception>
    public void PersistAllAsync<TEvent>(IEnumerable<TEvent> events, Action<TEvent> handler) =>
        Add([.. events], handler, false);

    /// <summary>Runs a handler after those of the events before it; receives no command until then. Writes
    /// nothing.</summary>
    /// <remarks>Runs it at once when there are none. Not at all when the actor stops before.</remarks>
    /// <exception cref="InvalidOperationException">The actor is recovering.</exception>
    public void Defer<TEvent>(TEvent evt, Action<TEvent> handler) => Loop(evt, handler, true);

    /// <summary>Runs a handler after those of the events before it and goes on receiving commands. Writes
    /// nothing.</summary>
    /// <remarks>Runs it at once when there are none. Not at all when the actor stops before.</remarks>
    /// <exception cref="InvalidOperationException">The actor is recovering.</exception>
    public void DeferAsync<TEvent>(TEvent evt, Action<TEvent> handler) => Loop(evt, handler, false);

    /// <summary>Deletes events up to a sequence number. Answered by <see cref="DeleteMessagesSuccess"/> or
    /// <see cref="DeleteMessagesFailure"/>.</summary>
    /// <param name="toSequenceNr">The last one, at most <see cref="LastSequenceNr"/>; <see cref="long.MaxValue"/> for
    /// all.</param>
    public void DeleteMessages(long toSequenceNr)
    {
        if (toSequenceNr == long.MaxValue || toSequenceNr <= LastSequenceNr)
        {
            Journal.Tell(new DeleteMessagesTo(PersistenceId, toSequenceNr, Self), Self);
            return;
        }

        var cause = new NotSupportedException(
            $"Events up to {toSequenceNr} cannot be deleted: the last one is {LastSequenceNr}.");
        Self.Tell(new DeleteMessagesFailure(cause, toSequenceNr), Self);
    }

    /// <summary>Stores the state. Answered by <see cref="SaveSnapshotSuccess"/> or
    /// <see cref="SaveSnapshotFailure"/>.</summary>
    /// <param name="snapshot">The state after event <see cref="SnapshotSequenceNr"/>, which does not change any
    /// more.</param>
    public void SaveSnapshot(object snapshot) => SnapshotStore.Tell(
        new SaveSnapshot(new SnapshotMetadata(SnapshotterId, SnapshotSequenceNr), snapshot), Self);

    /// <summary>Reads a snapshot. Answered by <see cref="LoadSnapshotResult"/> or
    /// <see cref="LoadSnapshotFailed"/>.</summary>
    public void LoadSnapshot(string persistenceId, SnapshotSelectionCriteria criteria, long toSequenceNr) =>
        SnapshotStore.Tell(new LoadSnapshot(persistenceId, criteria, toSequenceNr), Self);

    /// <summary>Deletes one snapshot. Answered by <see cref="DeleteSnapshotSuccess"/> or
    /// <see cref="DeleteSnapshotFailure"/>.</summary>
    public void DeleteSnapshot(long sequenceNr) =>
        SnapshotStore.Tell(new DeleteSnapshot(new SnapshotMetadata(SnapshotterId, sequenceNr)), Self);

    /// <summary>Deletes snapshots. Answered by <see cref="DeleteSnapshotsSuccess"/> or
    /// <see cref="DeleteSnapshotsFailure"/>.</summary>
    public void DeleteSnapshots(SnapshotSelectionCriteria criteria) =>
        SnapshotStore.Tell(new DeleteSnapshots(SnapshotterId, criteria), Self);

    /// <summary>Takes a <see cref="SnapshotOffer"/>, an event of the past, or
    /// <see cref="RecoveryCompleted"/>.</summary>
    /// <returns>Whether the message was taken.</returns>
    protected abstract bool ReceiveRecover(object message);

    /// <summary>Takes a command.</summary>
    /// <returns>Whether the message was taken.</returns>
    protected abstract bool ReceiveCommand(object message);

    /// <summary>Called when it is unknown whether an event is written, before the actor stops. Logs.</summary>
    protected virtual void OnPersistFailure(Exception cause, object @event, long sequenceNr) => Log.Error(
        cause,
        "Failed to persist event type [{0}] with sequence number [{1}] for persistenceId [{2}].",
        @event.GetType(),
        sequenceNr,
        PersistenceId);

    /// <summary>Called when the journal rejected an event, which is not written; the actor goes on. Logs.</summary>
    protected virtual void OnPersistRejected(Exception cause, object @event, long sequenceNr) => Log.Error(
        cause,
        "Rejected to persist event type [{0}] with sequence number [{1}] for persistenceId [{2}] due to [{3}].",
        @event.GetType(),
        sequenceNr,
        PersistenceId,
        cause.Message);

    /// <summary>Called when the recovery failed, before the actor stops. Logs.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="message">The snapshot offer or event whose handler threw; null when it was the journal or the
    /// snapshot store.</param>
    protected virtual void OnRecoveryFailure(Exception reason, object? message = null) => Log.Error(
        reason,
        "Recovery failed at [{0}], last sequence number [{1}], for persistenceId [{2}].",
        message?.GetType().ToString() ?? "the plug-in",
        LastSequenceNr,
        PersistenceId);

    /// <summary>Called when all events of the past were received, before <see cref="RecoveryCompleted"/>.</summary>
    protected virtual void OnReplaySuccess()
    {
    }

    /// <inheritdoc/>
    protected override void Unhandled(object message)
    {
        if (message is RecoveryCompleted)
        {
            return;
        }

        var cause = message switch
        {
            SaveSnapshotFailure failure => failure.Cause,
            DeleteSnapshotFailure failure => failure.Cause,
            DeleteSnapshotsFailure failure => failure.Cause,
            DeleteMessagesFailure failure => failure.Cause,
            _ => null,
        };
        if (cause is not null)
        {
            Log.Warning("[{0}] failed with [{1}] for persistenceId [{2}].", message, cause.Message, PersistenceId);
        }

        base.Unhandled(message);
    }

    private void Add<TEvent>(ImmutableArray<TEvent> events, Action<TEvent> handler, bool holdsCommands)
    {
        RequireLive();
        if (events.Length > 0)
        {
            var items = ImmutableArray.CreateRange(events, item => (IPersistentRepresentation)Represent(item));
            Events.Add(new AtomicWrite(items), Pending(handler, holdsCommands));
        }
    }

    private Persistent Represent<TEvent>(TEvent @event) => new(
        @event!, ++_sequenceNr, PersistenceId, sender: Sender, writerGuid: _writer);

    private void Loop<TEvent>(TEvent message, Action<TEvent> handler, bool holdsCommands)
    {
        RequireLive();
        if (Events.IsIdle)
        {
            handler(message);
            return;
        }

        Events.Add(new NonPersistentMessage(message!, Sender), Pending(handler, holdsCommands));
    }

    private void RequireLive()
    {
        if (IsRecovering)
        {
            throw new InvalidOperationException(
                "Nothing is persisted or deferred while the actor recovers: RecoveryCompleted is the first chance.");
        }
    }

    private static PendingHandler Pending<TEvent>(Action<TEvent> handler, bool holdsCommands) =>
        new(payload => handler((TEvent)payload), holdsCommands);
}
