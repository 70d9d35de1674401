using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Threading.Tasks.Sources;

namespace Kcopyd.Devices;

/// <summary>A blocking call that waits for a device thread.</summary>
internal abstract class DeviceWork
{
    /// <summary>Makes the call, on a device thread, and completes the task of its caller.</summary>
    internal abstract void Execute();
}

/// <summary>A blocking call, and the task that it completes. Pooled: a call in the steady state allocates
/// nothing.</summary>
/// <remarks>Queued → Started (the call completes the task) or Queued → Cancelled (the token does); nothing else
/// decides.</remarks>
[SuppressMessage("Design", "CA1001", Justification = "The registration is disposed by whoever starts the call.")]
internal sealed class DeviceWork<TState> : DeviceWork, IValueTaskSource
{
    private const int Queued = 0;
    private const int Started = 1;
    private const int Cancelled = 2;

    /// <summary>More idle ones than threads ever run are not worth keeping.</summary>
    private const int PoolLimit = 64;

    private static readonly ConcurrentQueue<DeviceWork<TState>> Pool = new();

    private ManualResetValueTaskSourceCore<bool> _core = new() { RunContinuationsAsynchronously = true };
    private TState _state = default!;
    private Action<TState, CancellationToken> _call = null!;
    private CancellationToken _token;
    private CancellationTokenRegistration _registration;
    private int _phase;

    private DeviceWork()
    {
    }

    internal ValueTask Task => new(this, _core.Version);

    internal static DeviceWork<TState> Rent(
        TState state, Action<TState, CancellationToken> call, CancellationToken cancellationToken)
    {
        var work = Pool.TryDequeue(out var pooled) ? pooled : new DeviceWork<TState>();
        work._state = state;
        work._call = call;
        work._token = cancellationToken;
        work._phase = Queued;
        work._registration = cancellationToken.UnsafeRegister(
            static (self, token) => ((DeviceWork<TState>)self!).Cancel(token), work);
        return work;
    }

    internal override void Execute()
    {
        if (Interlocked.CompareExchange(ref _phase, Started, Queued) != Queued)
        {
            return;
        }

        // Waits for a cancellation that is under way: after this, none can reach this object, which may then be used
        // again.
        _registration.Dispose();
        try
        {
            _call(_state, _token);
        }
#pragma warning disable CA1031 // the root of a device thread's loop: every failure belongs to the caller who awaits it
        catch (Exception failure)
#pragma warning restore CA1031
        {
            _core.SetException(failure);
            return;
        }

        _core.SetResult(true);
    }

    /// <summary>Lets go of the token; for a call that was refused, whose task nobody has.</summary>
    internal void Abandon()
    {
        Interlocked.CompareExchange(ref _phase, Cancelled, Queued);
        _registration.Dispose();
    }

    /// <inheritdoc/>
    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    /// <inheritdoc/>
    public void OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    /// <inheritdoc/>
    public void GetResult(short token)
    {
        try
        {
            _core.GetResult(token);
        }
        finally
        {
            Recycle();
        }
    }

    private void Cancel(CancellationToken cancellationToken)
    {
        if (Interlocked.CompareExchange(ref _phase, Cancelled, Queued) == Queued)
        {
            _core.SetException(new OperationCanceledException(cancellationToken));
        }
    }

    private void Recycle()
    {
        _call = null!;
        _state = default!;

        // A cancelled one is still in the queue, and is left to it.
        if (_phase == Started && Pool.Count < PoolLimit)
        {
            _core.Reset();
            Pool.Enqueue(this);
        }
    }
}
