using System.Diagnostics;
using Kcopyd.Core.Paging;
using Kcopyd.Devices;

namespace Kcopyd.Benchmarks.Snapshotting;

/// <summary>Writes of blocks that were not written before, in random order.</summary>
internal sealed class FirstWrites
{
    /// <summary>Bytes of a block: one page.</summary>
    public const int BlockSize = PageBudget.PageSize;

    private readonly long[] _offsets;

    /// <summary>So many of the blocks of a device.</summary>
    /// <param name="deviceBytes">The size of the device.</param>
    /// <param name="count">At most its blocks.</param>
    /// <param name="seed">Decides which, and in what order.</param>
    public FirstWrites(long deviceBytes, int count, int seed)
    {
        var blocks = new long[deviceBytes / BlockSize];
        for (var i = 0; i < blocks.Length; i++)
        {
            blocks[i] = (long)i * BlockSize;
        }

        new Random(seed).Shuffle(blocks);
        _offsets = blocks[..Math.Min(count, blocks.Length)];
    }

    /// <summary>Where they go; unit: bytes.</summary>
    public IReadOnlyList<long> Offsets => _offsets;

    /// <summary>Writes them all by several tasks, and flushes.</summary>
    /// <returns>Writes a second, the flush among their time.</returns>
    public async Task<double> WriteAsync(IBlockDevice device, int tasks)
    {
        var next = -1;
        var epoch = device.WriteEpoch;
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, tasks).Select(_ => Task.Run(LoopAsync)));
        await device.FlushAsync(epoch, CancellationToken.None);
        return _offsets.Length / clock.Elapsed.TotalSeconds;

        async Task LoopAsync()
        {
            var block = new byte[BlockSize];
            block.AsSpan().Fill(0xA5);
            for (var i = Interlocked.Increment(ref next); i < _offsets.Length; i = Interlocked.Increment(ref next))
            {
                await device.WriteAsync(_offsets[i], block, WriteDurability.Cached, CancellationToken.None)
                    .ConfigureAwait(false);
            }
        }
    }
}
