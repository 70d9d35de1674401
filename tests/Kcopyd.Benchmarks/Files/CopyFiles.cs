using System.Collections.Immutable;
using Kcopyd.Core;

namespace Kcopyd.Benchmarks.Files;

/// <summary>A source and the targets that all programs of a contest share.</summary>
/// <param name="Source">A file or block device of random bytes.</param>
/// <param name="Targets">As long as the source.</param>
/// <param name="Size">That length.</param>
internal sealed record CopyFiles(string Source, ImmutableArray<string> Targets, ByteCount Size)
{
    /// <summary>A page in each MiB is spoiled: few enough to leave the medium alone, enough that no program can skip
    /// the copy.</summary>
    private static readonly long SpoilStep = 1.MiB.Value;

    private const int PageSize = 4096;

    private static readonly int BlockSize = (int)4.MiB.Value;

    /// <summary>Whether every run finds nothing of them in the page cache; else all of it.</summary>
    public bool IsCold { get; init; }

    /// <summary>Makes every target differ from the source, in places that depend on the round, and settles the
    /// medium.</summary>
    public void Prepare(int round)
    {
        foreach (var target in Targets)
        {
            Spoil(target, round);
            if (IsCold)
            {
                PageCache.Drop(target);
            }
        }

        if (IsCold)
        {
            PageCache.Drop(Source);
        }
    }

    /// <summary>Compares every byte of every target with the source.</summary>
    /// <returns>One sentence about the first difference; null if there is none.</returns>
    public string? FindDifference() =>
        Targets.Select(FindDifference).FirstOrDefault(difference => difference is not null);

    private void Spoil(string target, int round)
    {
        // A program that was killed may have left its target short.
        using var file = File.OpenHandle(target, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        var random = new Random(round);
        Span<byte> page = stackalloc byte[PageSize];
        for (long offset = 0; offset < Size.Value; offset += SpoilStep)
        {
            random.NextBytes(page);
            var pages = (int)(Math.Min(SpoilStep, Size.Value - offset) / PageSize);
            RandomAccess.Write(file, page, offset + ((long)random.Next(pages) * PageSize));
        }

        RandomAccess.FlushToDisk(file);
    }

    private string? FindDifference(string target)
    {
        using var source = File.OpenHandle(Source, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var copy = File.OpenHandle(target, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var first = long.MaxValue;
        Parallel.For(
            0,
            (Size.Value + BlockSize - 1) / BlockSize,
            () => (Expected: new byte[BlockSize], Actual: new byte[BlockSize]),
            (block, _, buffers) =>
            {
                var offset = block * BlockSize;
                var expected = buffers.Expected.AsSpan(0, RandomAccess.Read(source, buffers.Expected, offset));
                var actual = buffers.Actual.AsSpan(0, RandomAccess.Read(copy, buffers.Actual, offset));
                if (!expected.SequenceEqual(actual))
                {
                    InterlockedMin(ref first, offset + expected.CommonPrefixLength(actual));
                }

                return buffers;
            },
            _ => { });
        return first == long.MaxValue ? null : $"{target} differs from {Source} at byte {first}";
    }

    private static void InterlockedMin(ref long place, long value)
    {
        var seen = Interlocked.Read(ref place);
        while (value < seen)
        {
            var found = Interlocked.CompareExchange(ref place, value, seen);
            if (found == seen)
            {
                return;
            }

            seen = found;
        }
    }
}
