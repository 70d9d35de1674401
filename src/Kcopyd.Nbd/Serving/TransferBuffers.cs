using System.Collections.Concurrent;
using System.Numerics;

namespace Kcopyd.Nbd.Serving;

/// <summary>Buffers of one connection, kept for its next requests. Any thread may call.</summary>
/// <remarks>What is kept is at most 16 MiB, and large buffers are not kept.</remarks>
internal sealed class TransferBuffers
{
    private const int SmallestLog = 12;

    private const int LargestKeptLog = 20;

    /// <summary>What 64 requests of 256 KiB need; unit: bytes.</summary>
    private const long MostKept = 16 << 20;

    private readonly ConcurrentBag<TransferBuffer>[] _kept =
        [.. Enumerable.Range(SmallestLog, LargestKeptLog - SmallestLog + 1).Select(static _ => NewBag())];

    private long _keptBytes;

    public TransferBuffer Take(int length)
    {
        var log = LogOf(length);
        if (log > LargestKeptLog || !_kept[log - SmallestLog].TryTake(out var kept))
        {
            return new TransferBuffer(log <= LargestKeptLog ? 1 << log : length);
        }

        Interlocked.Add(ref _keptBytes, -kept.Capacity);
        return kept;
    }

    public void Return(TransferBuffer buffer)
    {
        var log = LogOf(buffer.Capacity);
        if (log > LargestKeptLog)
        {
            return;
        }

        if (Interlocked.Add(ref _keptBytes, buffer.Capacity) > MostKept)
        {
            Interlocked.Add(ref _keptBytes, -buffer.Capacity);
        }
        else
        {
            _kept[log - SmallestLog].Add(buffer);
        }
    }

    private static ConcurrentBag<TransferBuffer> NewBag() => [];

    private static int LogOf(int length) =>
        Math.Max(SmallestLog, BitOperations.Log2((uint)Math.Max(1, length - 1)) + 1);
}
