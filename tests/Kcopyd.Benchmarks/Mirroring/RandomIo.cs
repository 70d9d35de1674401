using System.Diagnostics;
using Kcopyd.Core.Paging;
using Kcopyd.Devices;

namespace Kcopyd.Benchmarks.Mirroring;

/// <summary>Random blocks of a device, read or written by several tasks at once, for a while.</summary>
/// <param name="device">What is used.</param>
/// <param name="blockSize">Bytes of a block: whole pages.</param>
/// <param name="tasks">How many are under way at once.</param>
internal sealed class RandomIo(IBlockDevice device, int blockSize, int tasks)
{
    /// <summary>Writes for a while.</summary>
    /// <returns>Writes a second.</returns>
    public Task<double> WriteAsync(TimeSpan duration, int seed) => RunAsync(
        duration,
        seed,
        (offset, buffer) => device.WriteAsync(offset, buffer, WriteDurability.Cached, CancellationToken.None));

    /// <summary>Reads for a while.</summary>
    /// <returns>Reads a second.</returns>
    public Task<double> ReadAsync(TimeSpan duration, int seed) =>
        RunAsync(duration, seed, (offset, buffer) => device.ReadAsync(offset, buffer, CancellationToken.None));

    private async Task<double> RunAsync(TimeSpan duration, int seed, Func<long, Memory<byte>, ValueTask> call)
    {
        var clock = Stopwatch.StartNew();
        var counts = await Task.WhenAll(
            Enumerable.Range(0, tasks).Select(task => Task.Run(() => LoopAsync((seed * tasks) + task))));
        return counts.Sum() / clock.Elapsed.TotalSeconds;

        async Task<long> LoopAsync(int mySeed)
        {
            // Pages: direct I/O takes nothing else.
            using var pages = new PageMemory(blockSize / PageBudget.PageSize);
            using IDisposable lease = pages.Lease(new PageRun(0, pages.TotalPages), static _ => { });
            var buffer = ((PageLease)lease).Memory;
            var random = new Random(mySeed);
            random.NextBytes(buffer.Span);
            var blocks = device.Geometry.LengthBytes / blockSize;
            var done = 0L;
            for (; clock.Elapsed < duration; done++)
            {
                await call(random.NextInt64(blocks) * blockSize, buffer).ConfigureAwait(false);
            }

            return done;
        }
    }
}
