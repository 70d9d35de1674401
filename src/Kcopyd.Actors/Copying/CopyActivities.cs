using System.Diagnostics;

namespace Kcopyd.Actors.Copying;

/// <summary>One activity per job, from acceptance to its end, on the source <c>Kcopyd.Actors</c>.</summary>
/// <remarks>
/// A job outlives the message that began it, so its activity is never the current one of the thread: other jobs that
/// the
/// same thread begins are not its children.
/// </remarks>
internal static class CopyActivities
{
    private static readonly ActivitySource Source = new(CopyMetrics.Name);

    /// <summary>Begins the activity of a job; null when nobody listens.</summary>
    /// <param name="parent">What the caller was doing when it asked for the job.</param>
    public static Activity? Start(ActivityContext parent)
    {
        var current = Activity.Current;
        var activity = Source.StartActivity("copy", ActivityKind.Internal, parent);
        Activity.Current = current;
        return activity;
    }

    /// <summary>Ends the activity of a job.</summary>
    public static void Stop(Activity? activity, CopyCompleted completed)
    {
        var current = Activity.Current;
        activity?.SetTag("kcopyd.job", completed.Job.Value).SetTag("kcopyd.outcome", completed.Outcome.ToString());
        activity?.Dispose();
        Activity.Current = current;
    }
}
