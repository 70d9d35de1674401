using Akka.Persistence;
using Kcopyd.Core.Copying;

namespace Kcopyd.Actors.Journaling;

/// <summary>Reads the stream of one job, appends to it at most one event, and stops.</summary>
/// <remarks>A crash loses nothing.</remarks>
internal sealed class JobReaderActor : UntypedPersistentActor
{
    private readonly TaskCompletionSource<JobRecord> _done;
    private readonly Func<JobRecord, JobEvent?> _next;
    private JobRecord _record = new();

    /// <summary>Reads.</summary>
    /// <param name="job">The job.</param>
    /// <param name="options">Where its journal is.</param>
    /// <param name="next">What to append to what was read; null for nothing.</param>
    /// <param name="done">Told what the journal knows in the end.</param>
    public JobReaderActor(
        CopyJobId job,
        JournalOptions options,
        Func<JobRecord, JobEvent?> next,
        TaskCompletionSource<JobRecord> done)
    {
        PersistenceId = JobPersistenceId.Of(job);
        JournalPluginId = options.JournalPluginId;
        SnapshotPluginId = options.SnapshotPluginId;
        _next = next;
        _done = done;
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
                break;
            case JobEvent happened:
                _record.Apply(happened);
                break;
            case RecoveryCompleted:
                Continue();
                break;
            default:
                throw new InvalidDataException($"{message.GetType()} is nothing that a job's journal holds.");
        }
    }

    /// <inheritdoc/>
    protected override void OnCommand(object message) => Unhandled(message);

    /// <inheritdoc/>
    protected override void OnRecoveryFailure(Exception reason, object? message = null) =>
        Fail($"The journal of the job could not be read: {reason.Message}", reason);

    /// <inheritdoc/>
    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr) =>
        Fail($"The journal of the job could not be written: {cause.Message}", cause);

    /// <inheritdoc/>
    protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr)
    {
        Fail($"The journal of the job could not be written: {cause.Message}", cause);
        Context.Stop(Self);
    }

    private void Continue()
    {
        try
        {
            if (_next(_record) is { } happened)
            {
                Persist(happened, Finish);
                return;
            }

            Finish(null);
        }
        catch (JournalException refused)
        {
            _done.TrySetException(refused);
            Context.Stop(Self);
        }
    }

    private void Finish(JobEvent? appended)
    {
        if (appended is not null)
        {
            _record.Apply(appended);
        }

        _done.TrySetResult(_record);
        Context.Stop(Self);
    }

    /// <summary>What the serializer says is a sentence of its own.</summary>
    private void Fail(string sentence, Exception cause)
    {
        var own = cause;
        while (own is not (null or JournalException))
        {
            own = own.InnerException;
        }

        _done.TrySetException(own ?? new JournalException(sentence, cause));
    }
}
