using Akka.TestKit.Internal;

namespace Akka.TestKit;

/// <content>Waiting until something holds.</content>
public abstract partial class TestKitBase
{
    private static readonly TimeSpan DefaultInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>Repeats an assertion until it passes; when the time is up, its last exception is the failure.</summary>
    /// <param name="assertion">Throws while it does not hold. It runs at least once, and a last time at the
    /// deadline.</param>
    /// <param name="duration">The limit, dilated; null is what is left of a within block, or the default.</param>
    /// <param name="interval">The pause between two tries; null is 100 ms.</param>
    /// <param name="cancellationToken">Ends the wait with an exception.</param>
    public void AwaitAssert(
        Action assertion,
        TimeSpan? duration = null,
        TimeSpan? interval = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(assertion);
        var tries = new Tries(RemainingOrDilated(duration), interval);
        while (true)
        {
            try
            {
                assertion();
                return;
            }
            catch (Exception) when (tries.AnotherIsDue && !cancellationToken.IsCancellationRequested)
            {
                // Not yet true; the filter lets the last failure through.
            }

            Blocking.Delay(tries.Pause, cancellationToken);
        }
    }

    /// <inheritdoc cref="AwaitAssert" />
    public Task AwaitAssertAsync(
        Action assertion,
        TimeSpan? duration = null,
        TimeSpan? interval = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(assertion);
        return AwaitAssertAsync(
            () =>
            {
                assertion();
                return Task.CompletedTask;
            },
            duration,
            interval,
            cancellationToken);
    }

    /// <inheritdoc cref="AwaitAssert" />
    public async Task AwaitAssertAsync(
        Func<Task> assertion,
        TimeSpan? duration = null,
        TimeSpan? interval = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(assertion);
        var tries = new Tries(RemainingOrDilated(duration), interval);
        while (true)
        {
            try
            {
                await assertion().ConfigureAwait(true);
                return;
            }
            catch (Exception) when (tries.AnotherIsDue && !cancellationToken.IsCancellationRequested)
            {
                // Not yet true; the filter lets the last failure through.
            }

            await TestClock.DelayAsync(tries.Pause, cancellationToken).ConfigureAwait(true);
        }
    }

    /// <summary>Waits until a condition holds, at most for what is left of a within block, or the default.</summary>
    public void AwaitCondition(Func<bool> conditionIsFulfilled, CancellationToken cancellationToken = default)
        => AwaitCondition(conditionIsFulfilled, null, null, null, cancellationToken);

    /// <inheritdoc cref="AwaitCondition(Func{bool}, CancellationToken)" />
    public Task AwaitConditionAsync(
        Func<Task<bool>> conditionIsFulfilled,
        CancellationToken cancellationToken = default)
        => AwaitConditionAsync(conditionIsFulfilled, null, null, null, cancellationToken);

    /// <summary>Waits until a condition holds, at most for <paramref name="max"/>, dilated.</summary>
    public void AwaitCondition(
        Func<bool> conditionIsFulfilled,
        TimeSpan? max,
        CancellationToken cancellationToken = default)
        => AwaitCondition(conditionIsFulfilled, max, null, null, cancellationToken);

    /// <inheritdoc cref="AwaitCondition(Func{bool}, TimeSpan?, CancellationToken)" />
    public Task AwaitConditionAsync(
        Func<Task<bool>> conditionIsFulfilled,
        TimeSpan? max,
        CancellationToken cancellationToken = default)
        => AwaitConditionAsync(conditionIsFulfilled, max, null, null, cancellationToken);

    /// <summary>Waits until a condition holds; <paramref name="message"/> is part of the failure's message.</summary>
    public void AwaitCondition(
        Func<bool> conditionIsFulfilled,
        TimeSpan? max,
        string message,
        CancellationToken cancellationToken = default)
        => AwaitCondition(conditionIsFulfilled, max, null, message, cancellationToken);

    /// <inheritdoc cref="AwaitCondition(Func{bool}, TimeSpan?, string, CancellationToken)" />
    public Task AwaitConditionAsync(
        Func<Task<bool>> conditionIsFulfilled,
        TimeSpan? max,
        string message,
        CancellationToken cancellationToken = default)
        => AwaitConditionAsync(conditionIsFulfilled, max, null, message, cancellationToken);

    /// <summary>Waits until a condition holds.</summary>
    /// <param name="conditionIsFulfilled">The condition. It is asked at least once, and a last time at the
    /// deadline.</param>
    /// <param name="max">The limit, dilated; null is what is left of a within block, or the default.</param>
    /// <param name="interval">The pause between two tries; null is 100 ms.</param>
    /// <param name="message">Is part of the failure's message.</param>
    /// <param name="cancellationToken">Ends the wait with an exception.</param>
    public void AwaitCondition(
        Func<bool> conditionIsFulfilled,
        TimeSpan? max,
        TimeSpan? interval,
        string? message = null,
        CancellationToken cancellationToken = default)
    {
        var limit = RemainingOrDilated(max);
        if (!HoldsWithin(conditionIsFulfilled, limit, interval, cancellationToken))
        {
            Fail($"The condition did not hold within {limit}.{Hint(message)}");
        }
    }

    /// <inheritdoc cref="AwaitCondition(Func{bool}, TimeSpan?, TimeSpan?, string, CancellationToken)" />
    public async Task AwaitConditionAsync(
        Func<Task<bool>> conditionIsFulfilled,
        TimeSpan? max,
        TimeSpan? interval,
        string? message = null,
        CancellationToken cancellationToken = default)
    {
        var limit = RemainingOrDilated(max);
        if (!await HoldsWithinAsync(conditionIsFulfilled, limit, interval, cancellationToken).ConfigureAwait(false))
        {
            Fail($"The condition did not hold within {limit}.{Hint(message)}");
        }
    }

    /// <summary>Waits until a condition holds and says whether it did.</summary>
    public bool AwaitConditionNoThrow(
        Func<bool> conditionIsFulfilled,
        TimeSpan max,
        TimeSpan? interval = null,
        CancellationToken cancellationToken = default)
        => HoldsWithin(conditionIsFulfilled, Dilated(max), interval, cancellationToken);

    /// <inheritdoc cref="AwaitConditionNoThrow" />
    public Task<bool> AwaitConditionNoThrowAsync(
        Func<Task<bool>> conditionIsFulfilled,
        TimeSpan max,
        TimeSpan? interval = null,
        CancellationToken cancellationToken = default)
        => HoldsWithinAsync(conditionIsFulfilled, Dilated(max), interval, cancellationToken);

    private static bool HoldsWithin(
        Func<bool> condition,
        TimeSpan limit,
        TimeSpan? interval,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(condition);
        var tries = new Tries(limit, interval);
        while (!condition())
        {
            if (!tries.AnotherIsDue)
            {
                return false;
            }

            Blocking.Delay(tries.Pause, cancellationToken);
        }

        return true;
    }

    private static async Task<bool> HoldsWithinAsync(
        Func<Task<bool>> condition,
        TimeSpan limit,
        TimeSpan? interval,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(condition);
        var tries = new Tries(limit, interval);
        while (!await condition().ConfigureAwait(true))
        {
            if (!tries.AnotherIsDue)
            {
                return false;
            }

            await TestClock.DelayAsync(tries.Pause, cancellationToken).ConfigureAwait(true);
        }

        return true;
    }

    /// <summary>When to try again: every interval, and a last time at the deadline.</summary>
    private sealed class Tries(TimeSpan limit, TimeSpan? interval)
    {
        private readonly TimeSpan _interval = interval ?? DefaultInterval;
        private readonly TimeSpan _end = Now + limit;

        public bool AnotherIsDue => Now < _end;

        public TimeSpan Pause
        {
            get
            {
                var left = Positive(_end - Now);
                return left < _interval ? left : _interval;
            }
        }
    }
}
