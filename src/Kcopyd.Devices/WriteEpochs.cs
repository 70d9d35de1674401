namespace Kcopyd.Devices;

/// <summary>The write epoch of a device: a number that a failed flush or a lost connection moves on.</summary>
/// <remarks>
/// The kernel reports a write-back error to one call only. If two flushes of one file ran side by side, the one that
/// did not get the report would claim success for writes that are lost; so flushes, and writes that flush, run one at
/// a time.
/// </remarks>
internal sealed class WriteEpochs
{
    private const string Unknown =
        "an earlier flush failed or a connection was lost, and what was written before may be gone";

    private long _current = 1;
    private long _begun;
    private long _lastGood;
    private string? _why;

    /// <summary>Held during a flush, and during a write that consumes write-back errors of other writes.</summary>
    internal Lock Gate { get; } = new();

    internal long Current => Volatile.Read(ref _current);

    /// <summary>Flushes, or shares a flush that began after this call did.</summary>
    /// <param name="device">For messages.</param>
    /// <param name="epoch">The epoch that the caller's writes were made in.</param>
    /// <param name="flush">Returns 0 or the error number.</param>
    internal void Flush(string device, long epoch, Func<int> flush)
    {
        var begunBefore = Volatile.Read(ref _begun);
        lock (Gate)
        {
            Check(device, epoch);
            if (_lastGood > begunBefore)
            {
                return;
            }

            var number = _begun + 1;
            Volatile.Write(ref _begun, number);
            var errno = flush();
            if (errno != 0)
            {
                End();
                throw SystemErrors.Failure(device, DeviceOperation.Flush, errno, offset: null);
            }

            _lastGood = number;
        }
    }

    /// <summary>Makes a call that may consume the report of a failed write-back; the epoch ends if it fails.</summary>
    /// <returns>0 or the error number.</returns>
    internal int Guard(Func<int> call)
    {
        lock (Gate)
        {
            var errno = call();
            if (errno != 0)
            {
                End();
            }

            return errno;
        }
    }

    /// <summary>Ends the epoch: what was written in it and not flushed may be lost.</summary>
    /// <param name="why">What happened, for those who flush an epoch that has ended; null: a flush failed.</param>
    internal void End(string? why = null)
    {
        Volatile.Write(ref _why, why);
        Interlocked.Increment(ref _current);
    }

    /// <summary>Refuses an epoch that has ended.</summary>
    internal void Check(string device, long epoch)
    {
        if (epoch != Current)
        {
            throw LossOf(device);
        }
    }

    /// <summary>The answer to a flush of an epoch that has ended.</summary>
    internal DeviceException LossOf(string device) => Lost(device, Volatile.Read(ref _why));

    /// <summary>As the other, where nobody knows how it ended.</summary>
    internal static DeviceException Lost(string device, string? why = null) =>
        new(
            device,
            DeviceOperation.Flush,
            DeviceErrorKind.UnflushedWritesLost,
            $"unflushed writes lost: {why ?? Unknown}");
}
