using Akka.Actor;
using Akka.Persistence.Internal;

namespace Akka.Persistence;

public abstract partial class Eventsourced
{
    private readonly ProcessingCommands _processing;
    private readonly PersistingEvents _persisting;
    private EventsourcedState _state;
    private ICancelable? _recoveryChecks;
    private bool _receivesCommand;

    internal int Instance { get; } = Interlocked.Increment(ref _instances);

    internal CommandStash Commands { get; }

    internal EventWriter Events { get; private set; } = null!;

    internal RecoverySession Session { get; private set; } = null!;

    internal IActorRef Journal { get; private set; } = ActorRefs.Nobody;

    internal IActorRef SnapshotStore { get; private set; } = ActorRefs.Nobody;

    internal TimeSpan RecoveryEventTimeout { get; private set; }

    /// <inheritdoc/>
    public override void AroundPreStart()
    {
        RequestRecovery();
        base.AroundPreStart();
    }

    /// <inheritdoc/>
    public override void AroundPostRestart(Exception cause, object message)
    {
        RequestRecovery();
        base.AroundPostRestart(cause, message);
    }

    /// <inheritdoc/>
    public override void AroundPreRestart(Exception cause, object message)
    {
        try
        {
            ReturnCommands();
            Events.Flush();
        }
        finally
        {
            EndRecovery();
            base.AroundPreRestart(cause, message switch
            {
                WriteMessageSuccess success => success.Persistent,
                LoopMessageSuccess loop => loop.Message!,
                _ => message,
            });
        }
    }

    /// <inheritdoc/>
    public override void AroundPostStop()
    {
        try
        {
            // The mailbox is about to go to the dead letters, and they with it.
            ReturnCommands();
            EndRecovery();
        }
        finally
        {
            base.AroundPostStop();
        }
    }

    internal void Enter(EventsourcedState state) => _state = state;

    internal void Deliver(Receive behaviour, object message)
    {
        _receivesCommand = true;
        try
        {
            base.AroundReceive(behaviour, message);
        }
        finally
        {
            _receivesCommand = false;
        }
    }

    /// <summary>Runs code of the actor, sends what it persisted, and decides who is next.</summary>
    internal void Turn(Action action)
    {
        var threw = true;
        try
        {
            action();
            threw = false;
        }
        finally
        {
            Events.Flush();
            Enter(Events.HoldsCommands ? _persisting : _processing);
            GoOn(threw);
        }
    }

    internal void FailPersist(WriteMessageFailure failure)
    {
        try
        {
            OnPersistFailure(failure.Cause, failure.Persistent.Payload, failure.Persistent.SequenceNr);
        }
        finally
        {
            Context.Stop(Self);
        }
    }

    internal void RejectPersist(Exception cause, IPersistentRepresentation item) =>
        OnPersistRejected(cause, item.Payload, item.SequenceNr);

    internal void BeginRecoveryChecks()
    {
        _recoveryChecks?.Cancel();
        var every = RecoveryEventTimeout;
        _recoveryChecks = Context.System.Scheduler.ScheduleTellRepeatedlyCancelable(
            every, every, Self, new RecoveryMessage.CheckDue(Session), Self);
    }

    /// <summary>Hands a message of the past to the actor; false when the recovery failed by it.</summary>
    internal bool TryRecover(object message)
    {
        try
        {
            base.AroundReceive(ReceiveRecover, message);
            return true;
        }
        catch (Exception cause)
        {
            FailRecovery(cause, message);
            return false;
        }
    }

    internal void CompleteRecovery()
    {
        EndRecovery();
        _sequenceNr = LastSequenceNr;
        Enter(_processing);
        Turn(() =>
        {
            OnReplaySuccess();
            base.AroundReceive(ReceiveRecover, RecoveryCompleted.Instance);
        });
    }

    internal void FailRecovery(Exception cause, object? message = null)
    {
        EndRecovery();
        try
        {
            OnRecoveryFailure(cause, message);
        }
        finally
        {
            Context.Stop(Self);
        }
    }

    /// <inheritdoc/>
    protected override bool AroundReceive(Receive receive, object message)
    {
        Commands.Received(message);
        _state.Receive(receive, message);
        return true;
    }

    private void RequestRecovery()
    {
        if (PersistenceId is null)
        {
            throw new ArgumentException($"The persistence id of {Self} is null.");
        }

        Journal = _extension.JournalFor(JournalPluginId);
        SnapshotStore = _extension.SnapshotStoreFor(SnapshotPluginId);
        RecoveryEventTimeout = _extension.RecoveryEventTimeoutOf(JournalPluginId);
        Session = new RecoverySession(Self, ((ExtendedActorSystem)Context.System).Provider);
        Events = new EventWriter(Journal, Self, Instance, _extension.Settings.MaxMessageBatchSize);
        _extension.RecoveryPermitter.Tell(new RecoveryPermit.Request(), Self);
    }

    private void EndRecovery()
    {
        _recoveryChecks?.Cancel();
        if (_recoveryChecks is not null || IsRecovering)
        {
            _extension.RecoveryPermitter.Tell(new RecoveryPermit.Return(), Self);
        }

        _recoveryChecks = null;
    }

    private void ReturnCommands()
    {
        _stash.UnstashAll();
        Commands.ReturnAllForGood();
    }

    private void GoOn(bool threw)
    {
        if (Events.HoldsCommands)
        {
            return;
        }

        if (threw)
        {
            // The supervisor may resume the actor, which then has no turn that gives back the next one.
            Commands.ReturnAll();
        }
        else
        {
            Commands.ReturnNext();
        }
    }
}
