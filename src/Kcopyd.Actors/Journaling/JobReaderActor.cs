using Kcopyd.Core.Copying;

namespace Kcopyd.Actors.Journaling;

/// <summary>Reads the stream of one job, appends to it at most one event, and stops.</summary>
/// <param name="job">The job.</param>
/// <param name="options">Where its journal is.</param>
/// <param name="next">What to append to what was read; null for nothing.</param>
/// <param name="done">Told what the journal knows in the end.</param>
internal sealed class JobReaderActor(
    CopyJobId job, JournalOptions options, Func<JobRecord, JobEvent?> next, TaskCompletionSource<JobRecord> done)
    : JobStreamActor(job, options)
{
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

    /// <inheritdoc/>
    protected override void OnRecovered()
    {
        try
        {
            if (next(Record) is { } happened)
            {
                Persist(happened, Finish);
                return;
            }

            Finish(null);
        }
        catch (JournalException refused)
        {
            done.TrySetException(refused);
            Context.Stop(Self);
        }
    }

    private void Finish(JobEvent? appended)
    {
        if (appended is not null)
        {
            Record.Apply(appended);
        }

        done.TrySetResult(Record);
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

        done.TrySetException(own ?? new JournalException(sentence, cause));
    }
}
