using Kcopyd.Devices;

namespace Kcopyd.Actors.TestKit.Crashes;

/// <summary>Bytes of any length, of which only what was written takes memory. Not safe for concurrent calls.</summary>
internal sealed class SparseImage
{
    /// <summary>4 KiB: what a file system allocates, so that holes are as fine as they are there.</summary>
    private const int ChunkSize = 4096;

    private readonly Dictionary<long, byte[]> _chunks = [];

    // Chunks that were given back, for the next run: a run of a small disk then allocates nothing.
    private readonly Stack<byte[]> _spare = [];

    public void Read(long offset, Span<byte> buffer)
    {
        for (var done = 0; done < buffer.Length;)
        {
            var (key, at, count) = Piece(offset + done, buffer.Length - done);
            var part = buffer.Slice(done, count);
            if (_chunks.TryGetValue(key, out var chunk))
            {
                chunk.AsSpan(at, count).CopyTo(part);
            }
            else
            {
                part.Clear();
            }

            done += count;
        }
    }

    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        for (var done = 0; done < bytes.Length;)
        {
            var (key, at, count) = Piece(offset + done, bytes.Length - done);
            bytes.Slice(done, count).CopyTo(ChunkToWrite(key, isOverwritten: count == ChunkSize).AsSpan(at));
            done += count;
        }
    }

    public void Clear(long offset, long length)
    {
        foreach (var key in Present(offset, length))
        {
            var start = Math.Max(offset, key * ChunkSize);
            var end = Math.Min(offset + length, (key + 1) * ChunkSize);
            if (end - start == ChunkSize)
            {
                _chunks.Remove(key, out var chunk);
                _spare.Push(chunk!);
                continue;
            }

            _chunks[key].AsSpan((int)(start - (key * ChunkSize)), (int)(end - start)).Clear();
        }
    }

    /// <summary>Makes a range what it is in another image.</summary>
    public void CopyFrom(SparseImage other, long offset, long length)
    {
        Clear(offset, length);
        foreach (var key in other.Present(offset, length))
        {
            var start = Math.Max(offset, key * ChunkSize);
            var end = Math.Min(offset + length, (key + 1) * ChunkSize);
            Write(start, other._chunks[key].AsSpan((int)(start - (key * ChunkSize)), (int)(end - start)));
        }
    }

    /// <summary>The data and the holes of a range.</summary>
    public List<BlockExtent> Extents(long offset, long length)
    {
        List<BlockExtent> extents = [];
        var end = offset + length;
        var position = offset;
        foreach (var key in Present(offset, length).Order())
        {
            var start = Math.Max(position, key * ChunkSize);
            Add(extents, position, start, BlockStatus.Hole);
            position = Math.Min(end, (key + 1) * ChunkSize);
            Add(extents, start, position, BlockStatus.Data);
        }

        Add(extents, position, end, BlockStatus.Hole);
        return extents;
    }

    private static void Add(List<BlockExtent> extents, long start, long end, BlockStatus status)
    {
        if (start == end)
        {
            return;
        }

        if (extents.Count > 0 && extents[^1].Status == status)
        {
            extents[^1] = extents[^1] with { Length = end - extents[^1].Offset };
            return;
        }

        extents.Add(new BlockExtent(start, end - start, status));
    }

    private static (long Key, int At, int Count) Piece(long offset, long length)
    {
        var at = (int)(offset % ChunkSize);
        return (offset / ChunkSize, at, (int)Math.Min(ChunkSize - at, length));
    }

    private byte[] ChunkToWrite(long key, bool isOverwritten)
    {
        if (_chunks.TryGetValue(key, out var chunk))
        {
            return chunk;
        }

        if (!_spare.TryPop(out chunk))
        {
            chunk = new byte[ChunkSize];
        }
        else if (!isOverwritten)
        {
            chunk.AsSpan().Clear();
        }

        _chunks.Add(key, chunk);
        return chunk;
    }

    /// <summary>The chunks that a range touches, whichever way is shorter: along the range, or all that there
    /// are.</summary>
    private List<long> Present(long offset, long length)
    {
        if (length == 0)
        {
            return [];
        }

        var (first, last) = (offset / ChunkSize, (offset + length - 1) / ChunkSize);
        if (last - first >= _chunks.Count)
        {
            return [.. _chunks.Keys.Where(key => key >= first && key <= last)];
        }

        List<long> keys = [];
        for (var key = first; key <= last; key++)
        {
            if (_chunks.ContainsKey(key))
            {
                keys.Add(key);
            }
        }

        return keys;
    }
}
