using Akka.Persistence;
using Kcopyd.Core.Copying;

namespace Kcopyd.Actors.Journaling;

/// <summary>The stream of one job in the journal: reads it once, then appends what its parent, the job actor, says.
/// </summary>
/// <remarks>
/// Stops when an append fails, as every persistent actor does; the parent makes another, which reads what really
/// happened. A crash of it loses nothing: what was durable is read again. Every so many events a snapshot takes their
/// place, so that the stream stays short however long the job is.
/// </remarks>
internal sealed class JobJournalActor : UntypedPersistentActor
{
    private readonly int _child;
    private readonly JournalOptions _options;
    private JobRecord _record = new();
    private long _eventsSinceSnapshot;

    public JobJournalActor(CopyJobId job, int child, JournalOptions options)
    {
        PersistenceId = JobPersistenceId.Of(job);
        JournalPluginId = options.JournalPluginId;
        SnapshotPluginId = options.SnapshotPluginId;
        _child = child;
        _options = options;
    }

    /// <inheritdoc/>
    public override string PersistenceId { get; }

    /// <inheritdoc/>
    protected override void OnRecover(object message)
    {
        switch (message)
        {
            case SnapshotOffer { Snapshot: JobSnapshot snapshot }:
                _record = JobRecord.From(snapshot);
                _eventsSinceSnapshot = 0;
                break;
            case JobEvent happened:
                Apply(happened);
                break;
            case RecoveryCompleted:
                Tell(new JournalMessage.Recovered(_child, _record.Description is null ? null : _record.ToSnapshot()));
                break;
            default:
                throw new InvalidDataException($"{message.GetType()} is nothing that a job's journal holds.");
        }
    }

    /// <inheritdoc/>
    protected override void OnCommand(object message)
    {
        switch (message)
        {
            case JournalMessage.Append m:
                Append(m);
                break;
            case SaveSnapshotSuccess m:
                OnSnapshotSaved(m.Metadata.SequenceNr);
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

    private void Append(JournalMessage.Append message)
    {
        var left = message.Events.Length;
        PersistAll(message.Events, happened =>
        {
            Apply(happened);
            if (--left == 0)
            {
                Tell(new JournalMessage.Appended(_child));
                SnapshotIfDue();
            }
        });
    }

    private void Apply(JobEvent happened)
    {
        _record.Apply(happened);
        _eventsSinceSnapshot++;
    }

    private void SnapshotIfDue()
    {
        if (_eventsSinceSnapshot >= _options.SnapshotEvery)
        {
            _eventsSinceSnapshot = 0;
            SaveSnapshot(_record.ToSnapshot());
        }
    }

    /// <summary>What a durable snapshot holds need not be kept as events, and older snapshots not at all.</summary>
    private void OnSnapshotSaved(long sequenceNr)
    {
        DeleteMessages(sequenceNr);
        DeleteSnapshots(new SnapshotSelectionCriteria(sequenceNr - 1));
    }

    private void Lose(string what, Exception cause)
    {
        Tell(new JournalMessage.Lost(_child, $"the journal could not be {what}: {cause.Message}"));
    }

    private static void Tell(JournalMessage message) => Context.Parent.Tell(message, Context.Self);
}
