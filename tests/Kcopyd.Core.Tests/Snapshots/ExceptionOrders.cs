using Kcopyd.Core.Snapshots;

namespace Kcopyd.Core.Tests.Snapshots;

/// <summary>Exceptions in the orders in which writers make them, and some that nobody makes on purpose.</summary>
internal static class ExceptionOrders
{
    private const long Sparse = 1L << 31;

    public static IReadOnlyList<string> Names =>
    [
        "random", "ascending", "descending", "clustered", "streams", "falling streams", "anywhere", "around 2^32",
        "at the end", "shuffled runs", "shuffled dense", "halving",
    ];

    /// <summary>Old and new chunks; old ones may be there twice.</summary>
    public static IEnumerable<(long Old, long New)> Draw(string name, int count, Random random)
    {
        var first = random.NextInt64(1L << random.Next(50));
        var gap = random.Next(1, 4);
        return name switch
        {
            "random" => Allocated(count, _ => random.NextInt64(Sparse)),
            "ascending" => Allocated(count, i => first + (gap * i)),
            "descending" => Allocated(count, i => first + ((long)gap * (count - i))),
            "clustered" => Allocated(count, i => (random.Next(20) << 20) + (i / 10) + random.Next(8)),
            "streams" => Allocated(count, i => ((i % 8) << 24) + (gap * (i / 8))),
            "falling streams" => Allocated(count, i => ((i % 8 + 1) << 24) - (gap * (i / 8))),
            "anywhere" => Enumerable.Range(0, count).Select(_ =>
                (random.NextInt64(ExceptionTable.OldChunkLimit), random.NextInt64(ExceptionTable.NewChunkLimit))),
            "around 2^32" => Allocated(count, _ => (random.NextInt64(1, 6) << 32) + random.Next(-count, count)),
            "at the end" => Enumerable.Range(0, count).Select(i => (
                ExceptionTable.OldChunkLimit - 1 - random.Next(2 * count), ExceptionTable.NewChunkLimit - 1 - i)),
            "shuffled runs" => ShuffledRuns(count, random),
            "shuffled dense" => Shuffled(count, random).Select(i => (first + i, 2L + i)),
            "halving" => Allocated(count, i => Reversed(i)),
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, "No such order."),
        };
    }

    private static IEnumerable<(long Old, long New)> Allocated(int count, Func<int, long> old) =>
        Enumerable.Range(0, count).Select(i => (old(i), 2L + i));

    /// <summary>Runs of 1 to 9 chunks, with and without gaps between them, in any order.</summary>
    private static IEnumerable<(long Old, long New)> ShuffledRuns(int count, Random random)
    {
        var drawn = 0;
        var next = 12L;
        foreach (var place in Shuffled(count, random))
        {
            for (var length = random.Next(1, 10); length > 0 && drawn < count; length--, drawn++)
            {
                yield return ((place * 10L) + length, next - length);
            }

            next += 10;
        }
    }

    private static int[] Shuffled(int count, Random random)
    {
        var numbers = Enumerable.Range(0, count).ToArray();
        random.Shuffle(numbers);
        return numbers;
    }

    /// <summary>Each number between two earlier ones.</summary>
    private static long Reversed(int number)
    {
        var reversed = 0L;
        for (var bit = 0; bit < 20; bit++)
        {
            reversed = (reversed << 1) | (long)((number >> bit) & 1);
        }

        return reversed << 20;
    }
}
