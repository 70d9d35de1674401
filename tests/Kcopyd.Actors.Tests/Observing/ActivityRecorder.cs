using System.Collections.Concurrent;
using System.Diagnostics;

namespace Kcopyd.Actors.Tests.Observing;

/// <summary>Every activity of the engine that ends while it exists, whosever it is.</summary>
internal sealed class ActivityRecorder : IDisposable
{
    private readonly ConcurrentQueue<Activity> _ended = new();
    private readonly ActivityListener _listener;

    public ActivityRecorder()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Kcopyd.Actors",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = _ended.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    /// <summary>The one activity of a job.</summary>
    public Activity Of(string job) =>
        Assert.Single(_ended, activity => activity.GetTagItem("kcopyd.job") as string == job);

    public void Dispose() => _listener.Dispose();
}
