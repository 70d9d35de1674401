namespace Akka.TestKit.Internal;

/// <summary>The clock of deadlines: real and monotonic. It is not the actors' clock, which may be a test
/// scheduler.</summary>
internal static class TestClock
{
    private static readonly long Start = TimeProvider.System.GetTimestamp();

    /// <summary>Time since the first use. Never goes back.</summary>
    public static TimeSpan Now => TimeProvider.System.GetElapsedTime(Start);

    public static Task DelayAsync(TimeSpan time, CancellationToken cancellationToken)
        => Task.Delay(time, TimeProvider.System, cancellationToken);

    /// <summary>Waits for <paramref name="task"/>, at most for <paramref name="time"/>. False if it did not
    /// finish.</summary>
    /// <remarks>The task's own failure is not thrown here.</remarks>
    public static async Task<bool> FinishesWithinAsync(Task task, TimeSpan time, CancellationToken cancellationToken)
    {
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var first = await Task.WhenAny(task, DelayAsync(time, giveUp.Token)).ConfigureAwait(false);
        await giveUp.CancelAsync().ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        return first == task;
    }
}
