using Kcopyd.Core.Paging;
using Kcopyd.Core.Snapshots;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Snapshots;

/// <summary>Reads the areas of a store in their order, more and more of them ahead of who takes them.</summary>
/// <remarks>What is read ahead may lie behind the end of the store: if it cannot be read, nobody is told before that
/// area is taken. Calls do not overlap.</remarks>
internal sealed class CowAreaReader : IAsyncDisposable
{
    /// <summary>1 MiB: what one reads ahead of a medium that seeks; areas as large as that are read one by one.
    /// </summary>
    private const int AheadBytes = 1 << 20;

    /// <summary>No device answers more requests at once, or is asked for them well.</summary>
    private const int MostAhead = 256;

    private readonly IBlockDevice _cow;
    private readonly CowLayout _layout;
    private readonly long _areas;
    private readonly CancellationToken _cancellationToken;
    private readonly PageMemory _memory;
    private readonly PageLease[] _slots;
    private readonly Queue<Task> _reads = new();
    private long _taken;

    /// <summary>A reader that begins with area 0.</summary>
    public CowAreaReader(IBlockDevice cow, CowLayout layout, CancellationToken cancellationToken)
    {
        (_cow, _layout, _cancellationToken) = (cow, layout, cancellationToken);
        _areas = CountAreas(layout, CowStoreRules.SectorsOf(cow));
        var pages = (layout.ChunkBytes + PageBudget.PageSize - 1) / PageBudget.PageSize;
        _slots = new PageLease[Math.Clamp(AheadBytes / layout.ChunkBytes, 1, MostAhead)];
        _memory = new PageMemory(pages * _slots.Length);
        for (var i = 0; i < _slots.Length; i++)
        {
            _slots[i] = _memory.Lease(new PageRun(pages * i, pages), static _ => { });
        }
    }

    /// <summary>The next area; its bytes stay until the call after this one.</summary>
    /// <exception cref="DeviceException">It cannot be read.</exception>
    public async Task<ReadOnlyMemory<byte>> NextAsync()
    {
        // A store that ends with its first area costs one read ahead, a large one soon has all of them under way.
        var window = Math.Min(_slots.Length, 1 + (2 * _taken));
        while (_reads.Count < window && _taken + _reads.Count < _areas)
        {
            Begin(_taken + _reads.Count);
        }

        await _reads.Dequeue().ConfigureAwait(false);
        return BytesOf(_taken++);
    }

    /// <summary>Waits for what is under way, and frees the memory.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_reads).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var slot in _slots)
        {
            slot.LetGo();
            ((IDisposable)slot).Dispose();
        }

        _memory.Dispose();
    }

    private static long CountAreas(CowLayout layout, long cowSectors)
    {
        var chunks = layout.WholeChunks(cowSectors);
        return chunks <= layout.AreaChunk(0)
            ? 0
            : ((chunks - layout.AreaChunk(0) - 1) / (layout.EntriesPerArea + 1)) + 1;
    }

    private void Begin(long area)
    {
        var at = _layout.RangeOf(_layout.AreaChunk(area)).StartBytes;
        _reads.Enqueue(_cow.ReadAsync(at, BytesOf(area), _cancellationToken).AsTask());
    }

    private Memory<byte> BytesOf(long area) => _slots[area % _slots.Length].Memory[.._layout.ChunkBytes];
}
