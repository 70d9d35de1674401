using System.Diagnostics;
using System.Reflection;
using Kcopyd.Actors.Tests.Mirrors;
using Kcopyd.Core;
using Kcopyd.Core.Snapshots;
using Kcopyd.Tests.Shared;
using Xunit.Abstractions;

namespace Kcopyd.Actors.Tests.Snapshots;

/// <summary>Stores with a million exceptions, which are opened in no time and with little memory.</summary>
[Collection(LoopDeviceCollection.Name)]
public sealed class LargeStoreTests(ITestOutputHelper output) : IDisposable
{
    private const int Exceptions = 1_000_000;

    /// <summary>More than twice as many, so that they are far apart.</summary>
    private const int OriginChunks = 1 << 22;

    private static readonly ByteCount HeapLimit = 24.MiB;

    private readonly TempDirectory _files = new();

    public void Dispose() => _files.Dispose();

    /// <summary>A second, of code that is compiled for speed.</summary>
    private static long MostMilliseconds =>
        typeof(CowLoad).Assembly.GetCustomAttribute<DebuggableAttribute>()?.IsJITOptimizerDisabled == true
            ? 4000
            : 1000;

    [Theory]
    [InlineData(8, "in the order of random writes")]
    [InlineData(8, "in rising order, every other chunk")]
    [InlineData(8, "in falling order")]
    [InlineData(8, "in one run")]
    [InlineData(32, "in the order of random writes")]
    public async Task Million_exceptions_are_loaded_in_a_second_and_24_MiB_of_heap(int chunkSectors, string order)
    {
        var table = SnapshotTable.Parse(
            $"0 {(long)OriginChunks * chunkSectors} snapshot /dev/origin /dev/cow P {chunkSectors}");
        var path = Make(new CowLayout(chunkSectors), order);

        var load = await StoreLoadProcess.StartAsync(path, table, HeapLimit.Value);

        output.WriteLine($"{order}, chunks of {chunkSectors}: {load}");
        Assert.Equal(Exceptions, load.Count);
        Assert.InRange(load.ProcessorMilliseconds, 0, MostMilliseconds);
        Assert.InRange(load.KeptBytes, 0, HeapLimit.Value);
    }

    private static long OldChunk(string order, long i) => order switch
    {
        // Odd, so that no chunk comes twice.
        "in the order of random writes" => i * 2654435761 % OriginChunks,
        "in rising order, every other chunk" => 2 * i,
        "in falling order" => OriginChunks - 1 - i,
        _ => i,
    };

    private string Make(CowLayout layout, string order)
    {
        var areas = (Exceptions / layout.EntriesPerArea) + 1;
        var path = _files.Sparse($"{layout.ChunkSectors}", layout.RangeOf(layout.AreaChunk(areas)).StartBytes);
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write);
        var head = new byte[CowHeader.Size];
        CowHeader.For(layout).Write(head);
        RandomAccess.Write(file, head, 0);
        var bytes = new byte[layout.ChunkBytes];
        for (var area = 0; area < areas; area++)
        {
            bytes.AsSpan().Clear();
            var first = (long)area * layout.EntriesPerArea;
            for (var i = first; i < Math.Min(first + layout.EntriesPerArea, Exceptions); i++)
            {
                var index = (int)(i - first);
                new CowEntry(OldChunk(order, i), layout.AreaChunk(area) + 1 + index).Write(bytes, index);
            }

            RandomAccess.Write(file, bytes, layout.RangeOf(layout.AreaChunk(area)).StartBytes);
        }

        return path;
    }
}
