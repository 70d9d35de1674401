using Kcopyd.Actors.Copying;
using Kcopyd.Cli.Planning;

namespace Kcopyd.Cli.Reporting;

/// <summary>Looks at a job now and then until it is over.</summary>
internal sealed class ProgressWatch(CopyJob job, TransferPlan plan, IProgressView? view, TimeProvider time)
{
    /// <summary>Between looks whether a job has begun, which takes the journal a few milliseconds.</summary>
    private static readonly TimeSpan BeginningLook = TimeSpan.FromMilliseconds(10);

    /// <summary>How far the job was when it was last looked at; 0 where nobody looked.</summary>
    internal long DoneBytes { get; private set; }

    /// <summary>Waits until the job has begun.</summary>
    /// <returns>Where it was then; null if it was over before anybody could see.</returns>
    internal async Task<CopyProgress?> UntilBegunAsync()
    {
        using var timer = new PeriodicTimer(BeginningLook, time);
        while (!job.Completion.IsCompleted)
        {
            // One that is ended while it waits was not begun.
            if (await LookAsync().ConfigureAwait(false) is
                { Status: not (CopyJobStatus.Queued or CopyJobStatus.Ending or CopyJobStatus.Ended) } begun)
            {
                return begun;
            }

            var tick = timer.WaitForNextTickAsync().AsTask();
            await Task.WhenAny(job.Completion, tick).ConfigureAwait(false);
        }

        return null;
    }

    /// <summary>Shows the job in a view, if there is one, and returns when it is over. The view stays.</summary>
    internal async Task<CopyCompleted> UntilOverAsync()
    {
        if (view is not null)
        {
            using var timer = new PeriodicTimer(view.First, time);
            while (!job.Completion.IsCompleted)
            {
                var tick = timer.WaitForNextTickAsync().AsTask();
                await Task.WhenAny(job.Completion, tick).ConfigureAwait(false);
                timer.Period = view.Every;
                if (await LookAsync().ConfigureAwait(false) is { } progress)
                {
                    DoneBytes = progress.Done.Value;
                    view.Show(progress);
                }
            }
        }

        return plan.AsGiven(await job.Completion.ConfigureAwait(false));
    }

    /// <summary>Has the view show how it ended.</summary>
    internal ValueTask EndAsync(CopyCompleted completed) => view is null ? default : view.EndAsync(completed);

    /// <summary>Takes the view away: another run has its own.</summary>
    internal void Leave() => view?.Leave();

    /// <summary>Asks where the job is; nothing where it ends first, with or without an answer.</summary>
    private async Task<CopyProgress?> LookAsync()
    {
        if (job.Completion.IsCompleted)
        {
            return null;
        }

        var asked = job.GetProgressAsync();
        return await Task.WhenAny(asked, job.Completion).ConfigureAwait(false) == asked
            && await asked.ConfigureAwait(false) is { } progress
            ? plan.AsGiven(progress)
            : null;
    }
}
