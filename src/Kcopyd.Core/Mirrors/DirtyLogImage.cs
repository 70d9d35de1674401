using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Numerics;

namespace Kcopyd.Core.Mirrors;

/// <summary>
/// dm-mirror's on-disk log, byte for byte: the whole image in memory, and which of its blocks changed.
/// </summary>
/// <remarks>
/// <code>
/// byte     0   magic 0x4D695272      4 bytes, little-endian like all of it
///          4   version 2             4 bytes
///          8   number of regions     8 bytes
///         16   unused                what was read is written back
///       1024   one bit per region    the lowest first, whole 64-bit words; 1 is clean, 0 is dirty or out of sync
/// </code>
/// There is no checksum and no second copy: a torn image is not found out, and every single bit stands for itself.
/// Not safe for concurrent use.
/// </remarks>
public sealed class DirtyLogImage
{
    /// <summary>The position of the first region's bit, in bytes.</summary>
    public const int BitsOffset = 1024;

    private readonly byte[] _bytes;
    private readonly RegionBits _clean;
    private readonly RegionBits _changed;
    private readonly int _blockSize;
    private bool _needsFlush = true;

    private DirtyLogImage(byte[] bytes, RegionBits clean, int blockSize, DirtyLogFinding finding)
    {
        _bytes = bytes;
        _clean = clean;
        _blockSize = blockSize;
        _changed = new RegionBits(bytes.Length / blockSize);
        Finding = finding;
    }

    /// <summary>What stood on the log device before.</summary>
    public DirtyLogFinding Finding { get; }

    /// <summary>The number of regions of the table.</summary>
    public long RegionCount => _clean.Count;

    /// <summary>The clean regions, as the image has them. To be read: marks go through this image.</summary>
    public RegionBits Bits => _clean;

    /// <summary>The image, which belongs to this object and changes with its marks.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes;

    /// <summary>The bytes of the log of so many regions, which is whole blocks of its device.</summary>
    /// <param name="regionCount">1 to <see cref="MirrorGeometry.MaxRegionCount"/>.</param>
    /// <param name="blockSize">The device's logical block size: a power of two, 512 bytes to 1 MiB.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public static long SizeOf(long regionCount, int blockSize)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(regionCount);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(regionCount, MirrorGeometry.MaxRegionCount);
        ArgumentOutOfRangeException.ThrowIfLessThan(blockSize, Sectors.Size);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(blockSize, 1 << 20);
        if (!BitOperations.IsPow2(blockSize))
        {
            throw new ArgumentOutOfRangeException(nameof(blockSize), blockSize, "A power of two.");
        }

        var used = BitsOffset + ((regionCount + 63) / 64 * sizeof(ulong));
        return (used + blockSize - 1) / blockSize * blockSize;
    }

    /// <summary>The image with which a mirror resumes: what was read, made to fit the table.</summary>
    /// <param name="read">What the device holds from its first byte on, at least <see cref="SizeOf"/> bytes; null
    /// when that could not be read. Fewer bytes count as unreadable, more do not matter. Stays the caller's.</param>
    /// <param name="regionCount">The regions of the table.</param>
    /// <param name="sync">What the table says about the legs.</param>
    /// <param name="blockSize">The log device's logical block size, in bytes.</param>
    /// <remarks>
    /// Regions that the log does not know, all of them where there is no log that can be read, are dirty; with
    /// <c>nosync</c> they are clean. The other way to make all of them unknown is to say <c>sync</c> or
    /// <c>nosync</c>. The block of the head counts as changed, like every block that no longer is as it was read.
    /// Whether a foreign or damaged log may be overwritten is the caller's to decide, by <see cref="Finding"/>:
    /// nothing is written here.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">As of <see cref="SizeOf"/>.</exception>
    public static DirtyLogImage Resume(byte[]? read, long regionCount, MirrorSync sync, int blockSize)
    {
        var bytes = new byte[SizeOf(regionCount, blockSize)];
        var finding = Find(read, bytes.Length);
        if (finding is not DirtyLogFinding.Unreadable)
        {
            read.AsSpan(0, bytes.Length).CopyTo(bytes);
        }

        var known = sync == MirrorSync.Default && finding is DirtyLogFinding.Good good
            ? (long)Math.Min(good.Header.RegionCount, (ulong)regionCount)
            : 0;
        var clean = new RegionBits(regionCount);
        clean.Read(bytes.AsSpan(BitsOffset));
        clean.Fill(known, sync == MirrorSync.NoSync);
        clean.Write(bytes.AsSpan(BitsOffset));
        new DirtyLogHeader(DirtyLogHeader.CurrentVersion, (ulong)regionCount).Write(bytes);

        var image = new DirtyLogImage(bytes, clean, blockSize, finding);
        image.CompareWith(finding is DirtyLogFinding.Unreadable ? [] : read);
        return image;
    }

    /// <summary>Takes the clean mark from a region; true if it had one.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such region.</exception>
    public bool MarkDirty(long region)
    {
        if (!_clean.Clear(region))
        {
            return false;
        }

        _needsFlush = true;
        Flip(region);
        return true;
    }

    /// <summary>Gives a region the clean mark; true if it had none.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such region.</exception>
    public bool MarkClean(long region)
    {
        if (!_clean.Set(region))
        {
            return false;
        }

        Flip(region);
        return true;
    }

    /// <summary>Gives clean marks to these regions and takes them from all others. All blocks count as changed.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">There is another number of regions.</exception>
    public void Assign(RegionBits clean)
    {
        _clean.Assign(clean);
        _clean.Write(_bytes.AsSpan(BitsOffset));
        _changed.SetAll();
        _needsFlush = true;
    }

    /// <summary>What changed since the last call, or since the resume; from now on that is what the disk has.</summary>
    /// <remarks>The caller writes these blocks of <see cref="Bytes"/>, or takes the log for failed.</remarks>
    public DirtyLogChanges TakeChanges()
    {
        var changes = new DirtyLogChanges(Blocks(), _needsFlush);
        _changed.ClearAll();
        _needsFlush = false;
        return changes;
    }

    private static DirtyLogFinding Find(byte[]? read, int needed)
    {
        if (read is null || read.Length < needed)
        {
            return new DirtyLogFinding.Unreadable();
        }

        if (!DirtyLogHeader.TryRead(read, out var header))
        {
            return new DirtyLogFinding.Absent(BinaryPrimitives.ReadUInt32LittleEndian(read));
        }

        return header.IsKnownVersion
            ? new DirtyLogFinding.Good(header)
            : new DirtyLogFinding.UnknownVersion(header.Version);
    }

    private void CompareWith(ReadOnlySpan<byte> read)
    {
        _changed.Set(0);
        for (var block = 1; block < _changed.Count; block++)
        {
            var start = block * _blockSize;
            if (read.IsEmpty || !read.Slice(start, _blockSize).SequenceEqual(_bytes.AsSpan(start, _blockSize)))
            {
                _changed.Set(block);
            }
        }
    }

    private void Flip(long region)
    {
        var position = BitsOffset + (region / 8);
        _bytes[position] ^= (byte)(1 << (int)(region % 8));
        _changed.Set(position / _blockSize);
    }

    private ImmutableArray<SectorRange> Blocks()
    {
        var sectorsPerBlock = _blockSize / Sectors.Size;
        var blocks = ImmutableArray.CreateBuilder<SectorRange>();
        for (var first = _changed.NextSet(0); first >= 0;)
        {
            var clear = _changed.NextClear(first);
            var end = clear < 0 ? _changed.Count : clear;
            blocks.Add(SectorRange.Between(first * sectorsPerBlock, end * sectorsPerBlock));
            first = _changed.NextSet(end);
        }

        return blocks.DrainToImmutable();
    }
}
