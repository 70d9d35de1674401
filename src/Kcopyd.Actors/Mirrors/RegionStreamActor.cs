using Akka.Persistence;
using Kcopyd.Actors.Journaling;

namespace Kcopyd.Actors.Mirrors;

/// <summary>The stream of a mirror's log in the journal: reads it once, then appends what its parent says.</summary>
/// <remarks>
/// <para>Every so many events a snapshot takes their place, and an event that has all of the log takes the place of
/// those before it, so that the stream stays short however long the mirror is written to.</para>
/// <para>Stops when it cannot read or append, as every persistent actor does. A crash of it loses nothing: what was
/// durable is read again by the next one.</para>
/// </remarks>
internal sealed class RegionStreamActor : UntypedPersistentActor
{
    /// <summary>What all streams of mirrors begin with; never what those of jobs do.</summary>
    public const string Prefix = "kcopyd-mirror-";

    private readonly int _snapshotEvery;
    private RegionEvent.Whole? _state;
    private long _snapshotNumber;

    public RegionStreamActor(string name, JournalOptions options)
    {
        PersistenceId = Prefix + name;
        JournalPluginId = options.JournalPluginId;
        SnapshotPluginId = options.SnapshotPluginId;
        _snapshotEvery = options.SnapshotEvery;
    }

    /// <inheritdoc/>
    public override string PersistenceId { get; }

    /// <inheritdoc/>
    protected override void OnRecover(object message)
    {
        switch (message)
        {
            case SnapshotOffer { Snapshot: RegionEvent.Whole whole } offer:
                Apply(whole);
                _snapshotNumber = offer.Metadata.SequenceNr;
                break;
            case RegionEvent happened:
                Apply(happened);
                break;
            case RecoveryCompleted:
                Tell(new RegionLogMessage.Recovered(Copy()));
                break;
            default:
                throw new JournalException($"{message.GetType()} in it is nothing that a mirror's log holds");
        }
    }

    /// <inheritdoc/>
    protected override void OnCommand(object message)
    {
        switch (message)
        {
            case RegionEvent happened:
                Persist(happened, OnPersisted);
                break;
            case SaveSnapshotSuccess saved:
                OnSnapshotSaved(saved.Metadata.SequenceNr);
                break;

            // A snapshot that could not be saved or events that stay cost room, nothing else: the next one tries again.
            case SaveSnapshotFailure or DeleteMessagesFailure or DeleteSnapshotsFailure:
            case DeleteMessagesSuccess or DeleteSnapshotsSuccess:
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    /// <inheritdoc/>
    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr) => Lose("written", cause);

    /// <inheritdoc/>
    protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr)
    {
        Lose("written", cause);
        Context.Stop(Self);
    }

    /// <inheritdoc/>
    protected override void OnRecoveryFailure(Exception reason, object? message = null) => Lose("read", reason);

    private static void Tell(RegionLogMessage message) => Context.Parent.Tell(message, Context.Self);

    private void OnPersisted(RegionEvent happened)
    {
        Apply(happened);
        Tell(new RegionLogMessage.Appended());
        if (happened is RegionEvent.Whole)
        {
            DeleteMessages(LastSequenceNr - 1);
        }

        if (LastSequenceNr - _snapshotNumber >= _snapshotEvery && Copy() is { } state)
        {
            _snapshotNumber = LastSequenceNr;
            SaveSnapshot(state);
        }
    }

    /// <summary>What a durable snapshot holds need not be kept as events, and older snapshots not at all.</summary>
    private void OnSnapshotSaved(long sequenceNr)
    {
        DeleteMessages(sequenceNr);
        DeleteSnapshots(new SnapshotSelectionCriteria(sequenceNr - 1));
    }

    private void Apply(RegionEvent happened)
    {
        switch (happened)
        {
            case RegionEvent.Whole whole:
                _state = whole with { Clean = whole.Clean.Copy() };
                break;
            case RegionEvent.Change change when _state is { } state:
                Apply(change, state);
                break;
            default:
                throw new JournalException("its first entries are missing");
        }
    }

    private static void Apply(RegionEvent.Change change, RegionEvent.Whole state)
    {
        try
        {
            change.ApplyTo(state.Clean);
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new JournalException($"an entry of it names more than the {state.Clean.Count} regions it has", e);
        }
    }

    /// <summary>What there is, as it is now: who gets it may take its time.</summary>
    private RegionEvent.Whole? Copy() => _state is { } state ? state with { Clean = state.Clean.Copy() } : null;

    /// <summary>What the serializer says counts more than what was made of it.</summary>
    private static void Lose(string what, Exception cause)
    {
        var own = cause;
        while (own is not (null or JournalException))
        {
            own = own.InnerException;
        }

        Tell(new RegionLogMessage.Lost($"could not be {what}: {(own ?? cause).Message}"));
    }
}
