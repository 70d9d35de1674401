using System.Runtime.InteropServices;
using Kcopyd.Actors.Mirrors;
using Kcopyd.Core;
using Kcopyd.Devices;

namespace Kcopyd.Mirror.Writer;

/// <summary>Writes numbers that go up to blocks that no other writes to, and says of each when it is flushed.</summary>
/// <param name="mirror">Where.</param>
/// <param name="number">Which of the writers it is, from 0.</param>
/// <param name="writers">How many there are: every so many regions one is its own.</param>
/// <param name="seed">Of what it writes where.</param>
internal sealed class RegionWriter(MirrorDevice mirror, int number, int writers, int seed)
{
    private const int BlockBytes = 4096;

    /// <summary>Writes to one region before the next: of many regions only a few are to be dirty.</summary>
    private const int WritesOfVisit = 24;

    private readonly Random _random = new(seed);
    private readonly long[] _block = new long[BlockBytes / sizeof(long)];
    private long _written;

    /// <summary>Never ends, unless a write fails.</summary>
    public async Task VisitForeverAsync()
    {
        while (true)
        {
            await VisitAsync();
        }
    }

    /// <summary>Writes to blocks of one region.</summary>
    public async Task VisitAsync()
    {
        var table = mirror.Table;
        var regions = (int)table.Geometry.RegionCount;
        var region = number + (_random.Next((regions - number + writers - 1) / writers) * writers);
        var start = (int)(Sectors.ToBytes(region * table.Log.RegionSize) / BlockBytes);
        var end = (int)(Sectors.ToBytes(Math.Min(table.Length, (region + 1) * table.Log.RegionSize)) / BlockBytes);
        for (var i = 0; i < WritesOfVisit; i++)
        {
            await WriteAsync(_random.Next(start, end));
        }
    }

    private async Task WriteAsync(int block)
    {
        Array.Fill(_block, ++_written);
        var bytes = MemoryMarshal.AsBytes(_block.AsSpan()).ToArray();
        await mirror.WriteAsync((long)block * BlockBytes, bytes, WriteDurability.Cached, default);
        await mirror.FlushAsync(mirror.WriteEpoch, default);

        // One line in one call: a kill cuts between lines.
        Console.Out.Write($"{block} {_written}\n");
    }
}
