using System.Buffers.Binary;
using Kcopyd.Core;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Tests.Snapshots;

/// <summary>The bytes of a COW device, put together by hand as kernel facts 3.7 has them, not by our codec.</summary>
internal sealed class CowImage
{
    private const int EntrySize = 16;

    private readonly int _chunkBytes;

    /// <summary>A valid store without exceptions.</summary>
    public CowImage(int chunkSectors, int chunks)
    {
        _chunkBytes = chunkSectors * 512;
        Bytes = new byte[_chunkBytes * chunks];
        Head(0, 0x70416E53);
        Head(1, 1);
        Head(2, 1);
        Head(3, (uint)chunkSectors);
    }

    public byte[] Bytes { get; private set; }

    private int EntriesPerArea => _chunkBytes / EntrySize;

    /// <summary>The chunk that an area is.</summary>
    public int AreaChunk(int area) => 1 + (area * (EntriesPerArea + 1));

    /// <summary>Another number in the head: 0 magic, 1 valid, 2 version, 3 chunk size.</summary>
    public CowImage Head(int word, uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(Bytes.AsSpan(word * sizeof(uint)), value);
        return this;
    }

    /// <summary>An entry of an area.</summary>
    public CowImage Entry(int area, int index, long oldChunk, long newChunk)
    {
        var at = (AreaChunk(area) * _chunkBytes) + (index * EntrySize);
        BinaryPrimitives.WriteInt64LittleEndian(Bytes.AsSpan(at), oldChunk);
        BinaryPrimitives.WriteInt64LittleEndian(Bytes.AsSpan(at + sizeof(long)), newChunk);
        return this;
    }

    /// <summary>Exceptions one after another from the first entry on, in chunks from 2 on.</summary>
    public CowImage Exceptions(params IEnumerable<long> oldChunks)
    {
        var count = 0;
        foreach (var oldChunk in oldChunks)
        {
            var (area, index) = Math.DivRem(count++, EntriesPerArea);
            Entry(area, index, oldChunk, AreaChunk(area) + 1 + index);
        }

        return this;
    }

    /// <summary>Bytes somewhere.</summary>
    public CowImage Put(long at, params byte[] bytes)
    {
        bytes.CopyTo(Bytes, at);
        return this;
    }

    /// <summary>Ends sooner.</summary>
    public CowImage Cut(int length)
    {
        Bytes = Bytes[..length];
        return this;
    }

    /// <summary>A device that holds it.</summary>
    public MemoryBlockDevice ToDevice(int blockSize = 1)
    {
        var device = new MemoryBlockDevice(new ByteCount(Bytes.Length), blockSize);
        device.Write(0, Bytes, WriteDurability.Cached);
        return device;
    }
}
