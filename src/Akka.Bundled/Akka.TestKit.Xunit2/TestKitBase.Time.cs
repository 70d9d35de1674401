namespace Akka.TestKit;

/// <content>Time limits: dilation, defaults, and within blocks.</content>
public abstract partial class TestKitBase
{
    // What is inside of a block should fail on its own at the deadline: its message says more than the block's.
    private static readonly TimeSpan WithinGrace = TimeSpan.FromSeconds(1);

    /// <summary>What is left of the innermost within block. Never negative.</summary>
    /// <exception cref="InvalidOperationException">There is no within block.</exception>
    public TimeSpan Remaining => _withinEnd is { } end
        ? Positive(end - Now)
        : throw new InvalidOperationException("Remaining was asked for outside of a within block.");

    /// <summary>What is left of the innermost within block, or the dilated single-expect-default.</summary>
    public TimeSpan RemainingOrDefault => RemainingOr(Dilated(_settings.SingleExpectDefault));

    private TimeSpan NoMessageRemainingOrDefault => RemainingOr(Dilated(_settings.ExpectNoMessageDefault));

    /// <summary>A duration times <c>akka.test.timefactor</c>.</summary>
    public TimeSpan Dilated(TimeSpan duration)
        => duration < TimeSpan.Zero ? duration : duration * _settings.TestTimeFactor;

    /// <summary>The dilated timeout, or the dilated default-timeout if there is none.</summary>
    public TimeSpan GetTimeoutOrDefault(TimeSpan? timeout) => Dilated(timeout ?? _settings.DefaultTimeout);

    /// <summary>The dilated duration, or what is left, or the default.</summary>
    /// <exception cref="ArgumentException">The duration is negative.</exception>
    public TimeSpan RemainingOrDilated(TimeSpan? duration)
    {
        if (duration is not { } given)
        {
            return RemainingOrDefault;
        }

        return given >= TimeSpan.Zero
            ? Dilated(given)
            : throw new ArgumentException($"A time limit is finite and not negative, not {given}.", nameof(duration));
    }

    /// <summary>What is left of the innermost within block, or <paramref name="duration"/>.</summary>
    protected TimeSpan RemainingOr(TimeSpan duration) => _withinEnd is null ? duration : Remaining;

    /// <summary>Runs a block and fails if it takes longer than <paramref name="max"/>, dilated.</summary>
    /// <param name="max">The limit. It is also the default of the expectations inside.</param>
    /// <param name="action">The block.</param>
    /// <param name="epsilonValue">What the block may take longer before it counts; null is nothing.</param>
    /// <param name="cancellationToken">Is looked at before the block.</param>
    public void Within(
        TimeSpan max,
        Action action,
        TimeSpan? epsilonValue = null,
        CancellationToken cancellationToken = default)
        => Within(TimeSpan.Zero, max, action, null, epsilonValue, cancellationToken);

    /// <inheritdoc cref="Within(TimeSpan, Action, TimeSpan?, CancellationToken)" />
    public Task WithinAsync(
        TimeSpan max,
        Func<Task> actionAsync,
        TimeSpan? epsilonValue = null,
        CancellationToken cancellationToken = default)
        => WithinAsync(TimeSpan.Zero, max, actionAsync, null, epsilonValue, cancellationToken);

    /// <summary>Runs a block and fails if it takes less than <paramref name="min"/> or longer than
    /// <paramref name="max"/>.</summary>
    /// <param name="min">The lower limit, not dilated.</param>
    /// <param name="max">The limit, dilated. It is also the default of the expectations inside.</param>
    /// <param name="action">The block.</param>
    /// <param name="hint">Is part of the failure's message.</param>
    /// <param name="epsilonValue">What the block may take longer before it counts; null is nothing.</param>
    /// <param name="cancellationToken">Is looked at before the block.</param>
    public void Within(
        TimeSpan min,
        TimeSpan max,
        Action action,
        string? hint = null,
        TimeSpan? epsilonValue = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(action);
        Within<object?>(min, max, () => Run(action), hint, epsilonValue, cancellationToken);
    }

    /// <inheritdoc cref="Within(TimeSpan, TimeSpan, Action, string, TimeSpan?, CancellationToken)" />
    public Task WithinAsync(
        TimeSpan min,
        TimeSpan max,
        Func<Task> actionAsync,
        string? hint = null,
        TimeSpan? epsilonValue = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(actionAsync);
        return WithinAsync<object?>(min, max, () => RunAsync(actionAsync), hint, epsilonValue, cancellationToken);
    }

    /// <inheritdoc cref="Within(TimeSpan, Action, TimeSpan?, CancellationToken)" />
    public T Within<T>(
        TimeSpan max,
        Func<T> function,
        TimeSpan? epsilonValue = null,
        CancellationToken cancellationToken = default)
        => Within(TimeSpan.Zero, max, function, null, epsilonValue, cancellationToken);

    /// <inheritdoc cref="Within(TimeSpan, Action, TimeSpan?, CancellationToken)" />
    public Task<T> WithinAsync<T>(
        TimeSpan max,
        Func<Task<T>> function,
        TimeSpan? epsilonValue = null,
        CancellationToken cancellationToken = default)
        => WithinAsync(TimeSpan.Zero, max, function, null, epsilonValue, cancellationToken);

    /// <inheritdoc cref="Within(TimeSpan, TimeSpan, Action, string, TimeSpan?, CancellationToken)" />
    public T Within<T>(
        TimeSpan min,
        TimeSpan max,
        Func<T> function,
        string? hint = null,
        TimeSpan? epsilonValue = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(function);
        cancellationToken.ThrowIfCancellationRequested();
        var block = Open(min, max, epsilonValue, hint);
        T result;
        try
        {
            result = function();
        }
        finally
        {
            _withinEnd = block.OuterEnd;
        }

        Judge(block);
        return result;
    }

    /// <inheritdoc cref="Within(TimeSpan, TimeSpan, Action, string, TimeSpan?, CancellationToken)" />
    public async Task<T> WithinAsync<T>(
        TimeSpan min,
        TimeSpan max,
        Func<Task<T>> function,
        string? hint = null,
        TimeSpan? epsilonValue = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(function);
        cancellationToken.ThrowIfCancellationRequested();
        var block = Open(min, max, epsilonValue, hint);
        T result;
        try
        {
            var running = function();
            var limit = Positive(block.Start + block.Limit + block.Epsilon + WithinGrace - Now);
            if (!await Internal.TestClock.FinishesWithinAsync(running, limit, cancellationToken).ConfigureAwait(true))
            {
                Fail($"The block was still running {Now - block.Start} after its start; at most {block.Limit} were "
                    + $"allowed.{Hint(hint)}");
            }

            result = await running.ConfigureAwait(true);
        }
        finally
        {
            _withinEnd = block.OuterEnd;
        }

        Judge(block);
        return result;
    }

    internal static string Hint(string? hint) => string.IsNullOrEmpty(hint) ? string.Empty : $" ({hint})";

    private static TimeSpan Positive(TimeSpan time) => time > TimeSpan.Zero ? time : TimeSpan.Zero;

    private static object? Run(Action action)
    {
        action();
        return null;
    }

    private static async Task<object?> RunAsync(Func<Task> action)
    {
        await action().ConfigureAwait(true);
        return null;
    }

    private WithinBlock Open(TimeSpan min, TimeSpan max, TimeSpan? epsilon, string? hint)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(min, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(max, TimeSpan.Zero);
        var start = Now;
        var left = _withinEnd is { } outerEnd ? outerEnd - start : TimeSpan.MaxValue;
        if (left < min)
        {
            Fail($"The block should take at least {min}, but only {Positive(left)} are left.{Hint(hint)}");
        }

        var dilated = Dilated(max);
        var limit = dilated < left ? dilated : left;
        var block = new WithinBlock(start, min, limit, epsilon ?? TimeSpan.Zero, hint, _withinEnd);
        _withinEnd = start + limit;
        return block;
    }

    private void Judge(WithinBlock block)
    {
        var took = Now - block.Start;
        if (took < block.Min)
        {
            Fail($"The block took {took}; it should have taken at least {block.Min}.{Hint(block.Hint)}");
        }

        // A block that ends with waiting for no message waits for as long as it may, which is not its fault.
        if (!_lastWasNoMessage && took > block.Limit + block.Epsilon)
        {
            Fail($"The block took {took}; at most {block.Limit} were allowed.{Hint(block.Hint)}");
        }
    }

    private sealed record WithinBlock(
        TimeSpan Start, TimeSpan Min, TimeSpan Limit, TimeSpan Epsilon, string? Hint, TimeSpan? OuterEnd);
}
