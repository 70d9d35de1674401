using System.Buffers;
using Kcopyd.Core;

namespace Kcopyd.Actors.TestKit.Crashes;

/// <summary>A write in the volatile cache of a disk. Not safe for concurrent calls.</summary>
/// <param name="offset">The first byte.</param>
/// <param name="length">How many bytes.</param>
/// <param name="data">A pooled array that begins with the bytes; null for zeros.</param>
internal sealed class CachedWrite(long offset, long length, byte[]? data)
{
    /// <summary>Zeros may be written over terabytes: they tear into at most so many pieces.</summary>
    private const int MaxPieces = 4096;

    private readonly byte[]? _data = data;
    private List<(long Start, long End)>? _covered;

    public long Offset => offset;

    public long Length => length;

    public long End => offset + length;

    /// <summary>When its answer arrived; the end of time while it is in flight.</summary>
    public long CompletedAt { get; set; } = long.MaxValue;

    public static CachedWrite Of(long offset, ReadOnlySpan<byte> bytes)
    {
        var data = ArrayPool<byte>.Shared.Rent(bytes.Length);
        bytes.CopyTo(data);
        return new CachedWrite(offset, bytes.Length, data);
    }

    public bool Overlaps(long start, long end) => start < End && offset < end;

    /// <summary>A later write of this range is durable, so this one is no longer a version of it.</summary>
    public void Cover(long start, long end) => (_covered ??= []).Add((start, end));

    /// <summary>Writes all of it that is still a version of its range.</summary>
    public void ApplyTo(SparseImage image)
    {
        if (_covered is null)
        {
            Apply(image, offset, End);
            return;
        }

        for (var start = offset; start < End;)
        {
            var end = PieceEnd(start);
            ApplyUncovered(image, start, end);
            start = end;
        }
    }

    /// <summary>Writes the sectors that are to survive.</summary>
    public void ApplyTo(SparseImage image, ref SectorSurvival survival)
    {
        survival.BeginWrite();
        for (var start = offset; start < End;)
        {
            var end = PieceEnd(start);
            if (survival.Keeps())
            {
                ApplyUncovered(image, start, end);
            }

            start = end;
        }
    }

    /// <summary>Gives its memory back.</summary>
    public void Free()
    {
        if (_data is not null)
        {
            ArrayPool<byte>.Shared.Return(_data);
        }
    }

    private long PieceEnd(long start)
    {
        var piece = Math.Max(1, length / MaxPieces / Sectors.Size) * Sectors.Size;
        return Math.Min(End, ((start / piece) + 1) * piece);
    }

    private void ApplyUncovered(SparseImage image, long start, long end)
    {
        foreach (var (from, to) in _covered ?? [])
        {
            if (from < end && start < to)
            {
                // What is left of the piece lies before or behind what covers it.
                if (start < from)
                {
                    ApplyUncovered(image, start, from);
                }

                if (to < end)
                {
                    ApplyUncovered(image, to, end);
                }

                return;
            }
        }

        Apply(image, start, end);
    }

    private void Apply(SparseImage image, long start, long end)
    {
        if (_data is null)
        {
            image.Clear(start, end - start);
            return;
        }

        image.Write(start, _data.AsSpan((int)(start - offset), (int)(end - start)));
    }
}
