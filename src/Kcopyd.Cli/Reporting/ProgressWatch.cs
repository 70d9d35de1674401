using Kcopyd.Actors.Copying;

namespace Kcopyd.Cli.Reporting;

/// <summary>Looks at a job now and then until it is over.</summary>
internal sealed class ProgressWatch(CopyJob job, IProgressView? view, TimeProvider time)
{
    /// <summary>How far the job was when it was last looked at; 0 where nobody looked.</summary>
    internal long DoneBytes { get; private set; }

    /// <summary>Shows the job in a view, if there is one, and returns when it is over.</summary>
    internal async Task<CopyCompleted> UntilOverAsync()
    {
        if (view is null)
        {
            return await job.Completion.ConfigureAwait(false);
        }

        using (var timer = new PeriodicTimer(view.First, time))
        {
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

        var completed = await job.Completion.ConfigureAwait(false);
        await view.EndAsync(completed).ConfigureAwait(false);
        return completed;
    }

    /// <summary>Asks where the job is; nothing where it ends first, with or without an answer.</summary>
    private async Task<CopyProgress?> LookAsync()
    {
        if (job.Completion.IsCompleted)
        {
            return null;
        }

        var asked = job.GetProgressAsync();
        return await Task.WhenAny(asked, job.Completion).ConfigureAwait(false) == asked
            ? await asked.ConfigureAwait(false)
            : null;
    }
}
