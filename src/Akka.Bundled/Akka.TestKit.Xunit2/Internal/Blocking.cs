namespace Akka.TestKit.Internal;

/// <summary>The one place where the kit blocks: the synchronous forms wait here for the asynchronous ones.</summary>
/// <remarks>
/// What is waited for must not need the caller's synchronization context; inside the kit, only code that runs the
/// test's own functions resumes on it, and the synchronous forms run those functions themselves.
/// </remarks>
internal static class Blocking
{
    public static void Wait(ValueTask task) => Wait(task.AsTask());

    public static void Wait(Task task) => task.GetAwaiter().GetResult();

    public static T Wait<T>(ValueTask<T> task) => Wait(task.AsTask());

    public static T Wait<T>(Task<T> task) => task.GetAwaiter().GetResult();

    /// <summary>All elements of <paramref name="items"/>, in order.</summary>
    public static List<T> ToList<T>(IAsyncEnumerable<T> items, CancellationToken cancellationToken)
    {
        return Wait(CollectAsync());

        async Task<List<T>> CollectAsync()
        {
            var list = new List<T>();
            await foreach (var item in items.WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                list.Add(item);
            }

            return list;
        }
    }

    /// <summary>Sleeps.</summary>
    public static void Delay(TimeSpan time, CancellationToken cancellationToken)
        => Wait(TestClock.DelayAsync(time, cancellationToken));
}
