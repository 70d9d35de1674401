using System.Collections.Immutable;
using Kcopyd.Devices;

namespace Kcopyd.Actors.TestKit.Devices;

/// <summary>A device whose requests wait until the test lets them go, in the order that the test chooses.</summary>
/// <remarks>
/// Safe for concurrent calls. A request cancelled at the gate has not begun, so its buffer is free and it completes at
/// once, unless <see cref="HoldsCancelled"/> says otherwise.
/// </remarks>
public sealed class GatedBlockDevice : InterceptingBlockDevice
{
    private static readonly ImmutableHashSet<DeviceOperation> DataOperations =
    [
        DeviceOperation.Read,
        DeviceOperation.Write,
        DeviceOperation.WriteZeroes,
        DeviceOperation.Discard,
        DeviceOperation.Flush,
    ];

    private readonly Lock _lock = new();
    private readonly List<GatedOperation> _waiting = [];
    private readonly Queue<GatedOperation> _unseen = [];
    private readonly List<GateWaiter> _waiters = [];
    private ImmutableHashSet<DeviceOperation> _closed;
    private long _arrived;

    /// <summary>All gates of data are closed: reads, writes, write-zeroes, discards, flushes.</summary>
    public GatedBlockDevice(IBlockDevice inner)
        : base(inner)
    {
        _closed = DataOperations;
    }

    /// <summary>The gates of <paramref name="closed"/> are closed, the others open.</summary>
    public GatedBlockDevice(IBlockDevice inner, params IEnumerable<DeviceOperation> closed)
        : base(inner)
    {
        _closed = [.. closed];
    }

    /// <summary>Whether a cancelled request goes on waiting, as if the kernel still held its buffer, and is cancelled
    /// when it is released. Default false.</summary>
    public bool HoldsCancelled { get; init; }

    /// <summary>Whether what awaits a request runs inside <see cref="GatedOperation.Release"/>. Default false: on the
    /// thread pool.</summary>
    /// <remarks>True on a simulation's loop, where nothing may leave its thread.</remarks>
    public bool ContinuesInline { get; init; }

    /// <summary>The requests that wait now, in order of arrival.</summary>
    public ImmutableArray<GatedOperation> Waiting
    {
        get
        {
            lock (_lock)
            {
                return [.. _waiting];
            }
        }
    }

    /// <summary>The next request to arrive at a gate that this method has not given out yet.</summary>
    public async Task<GatedOperation> NextAsync(CancellationToken cancellationToken = default)
    {
        await UntilAsync(() => _unseen.Count > 0, cancellationToken).ConfigureAwait(false);
        lock (_lock)
        {
            return _unseen.TryDequeue(out var operation)
                ? operation
                : throw new InvalidOperationException("Two callers waited for the next request of one device.");
        }
    }

    /// <summary>Waits until at least <paramref name="count"/> requests wait at once.</summary>
    /// <returns>Those that waited then or wait by now, in order of arrival.</returns>
    public async Task<ImmutableArray<GatedOperation>> WaitForAsync(
        int count, CancellationToken cancellationToken = default)
    {
        await UntilAsync(() => _waiting.Count >= count, cancellationToken).ConfigureAwait(false);
        return Waiting;
    }

    /// <summary>Lets everything go that waits now, in order of arrival. The gates stay closed.</summary>
    /// <returns>How many requests.</returns>
    public int ReleaseAll() => Waiting.Count(operation => operation.Release());

    /// <summary>Opens every gate: what waits goes, and everything passes from now on.</summary>
    public void OpenGate()
    {
        lock (_lock)
        {
            _closed = [];
        }

        ReleaseAll();
    }

    /// <summary>Opens the gate of one kind.</summary>
    public void OpenGate(DeviceOperation operation)
    {
        lock (_lock)
        {
            _closed = _closed.Remove(operation);
        }

        foreach (var waiting in Waiting.Where(waiting => waiting.Kind == operation))
        {
            waiting.Release();
        }
    }

    /// <summary>Closes the gate of one kind.</summary>
    public void CloseGate(DeviceOperation operation)
    {
        lock (_lock)
        {
            _closed = _closed.Add(operation);
        }
    }

    internal void Forget(GatedOperation operation)
    {
        lock (_lock)
        {
            _waiting.Remove(operation);
        }
    }

    /// <inheritdoc/>
    protected override async ValueTask InterceptAsync(
        DeviceRequest request, Func<CancellationToken, ValueTask> perform, CancellationToken cancellationToken)
    {
        if (Arrive(request) is { } operation)
        {
            using var registration = HoldsCancelled
                ? default
                : cancellationToken.UnsafeRegister(_ => operation.Cancel(cancellationToken), null);
            await operation.Gate.ConfigureAwait(false);
        }

        cancellationToken.ThrowIfCancellationRequested();
        await perform(cancellationToken).ConfigureAwait(false);
    }

    private GatedOperation? Arrive(DeviceRequest request)
    {
        GatedOperation operation;
        List<GateWaiter> satisfied;
        lock (_lock)
        {
            if (!_closed.Contains(request.Operation))
            {
                return null;
            }

            operation = new GatedOperation(this, request, ++_arrived);
            _waiting.Add(operation);
            _unseen.Enqueue(operation);
            satisfied = _waiters.FindAll(waiter => waiter.IsSatisfied());
            _waiters.RemoveAll(satisfied.Contains);
        }

        foreach (var waiter in satisfied)
        {
            waiter.Source.TrySetResult();
        }

        return operation;
    }

    private async Task UntilAsync(Func<bool> isSatisfied, CancellationToken cancellationToken)
    {
        GateWaiter waiter;
        lock (_lock)
        {
            if (isSatisfied())
            {
                return;
            }

            waiter = new GateWaiter(isSatisfied, new(TaskCreationOptions.RunContinuationsAsynchronously));
            _waiters.Add(waiter);
        }

        using var registration = cancellationToken.UnsafeRegister(
            _ => waiter.Source.TrySetCanceled(cancellationToken), null);
        await waiter.Source.Task.ConfigureAwait(false);
    }

    private sealed record GateWaiter(Func<bool> IsSatisfied, TaskCompletionSource Source);
}
