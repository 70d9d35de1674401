namespace Kcopyd.Interop.Tests.Kernel;

/// <summary>Snapshots that are left in good order, full, lost or half merged, by us to the kernel and by the kernel to
/// us.</summary>
[Collection(KernelVmCollection.Name)]
public sealed class SnapshotRelayTests
{
    private const int Chunks = 64;
    private const int FewChunks = 6;
    private const int EntryBytes = 16;
    private const int SectorBytes = 512;

    private static readonly int[] ChunkSizes = [1, 8, 16, 32];

    [SkippableFact]
    public async Task Snapshots_go_to_and_fro_and_both_say_show_and_write_the_same()
    {
        await using var relay = new SnapshotRelay([.. ChunkSizes.SelectMany(AllOf)]);

        for (var turn = 0; turn < relay.Turns; turn++)
        {
            await relay.RunAsync(turn);
        }
    }

    private static RelaySnapshot[] AllOf(int chunk) =>
    [
        Empty(chunk),
        PartlyFull(chunk),
        SeveralAreas(chunk),
        Overflowed(chunk),
        Lost(chunk),
        Full(chunk),
        Merged(chunk),
    ];

    private static RelaySnapshot Empty(int chunk) => new(
        "empty",
        chunk,
        LengthOf(chunk),
        8,
        new(),
        new("read_ s 0"),
        new(Write("o", chunk, 0, 1)),
        new($"write s {LengthOf(chunk) - 1} 1 end"));

    // The last chunk is short.
    private static RelaySnapshot PartlyFull(int chunk) => new(
        "partly-full",
        chunk,
        LengthOf(chunk),
        Chunks,
        new(
            Write("s", chunk, 3, 1),
            Write("o", chunk, 10, 4),
            $"write s {5 * chunk} 1 part",
            $"write o {2 * chunk} 1 part",
            Write("s", chunk, 9, 2),
            $"write s {10 * chunk} 1 in-place",
            $"write o {LengthOf(chunk) - 1} 1 end"),
        new(Write("o", chunk, 20, 8), $"write s {(21 * chunk) + (chunk / 2)} 1 half", $"read_ s {20 * chunk}"),
        new(Write("s", chunk, 40, 3), Write("o", chunk, 38, 6), "flush s"),
        new(Write("s", chunk, 9, 1), Write("o", chunk, 50, 1)));

    // With chunks of 8 and 32 sectors it is handed over when an area is full to the last entry.
    private static RelaySnapshot SeveralAreas(int chunk)
    {
        var entries = EntriesOf(chunk);
        var (begun, more) = (chunk is 8 or 32 ? entries : entries - 3, chunk <= 8 ? entries : 20);
        return new(
            "several-areas",
            chunk,
            (begun + more + 60) * chunk,
            begun + more + 40,
            new(Write("o", chunk, 0, begun)),
            new(Write("s", chunk, 5, 2), Write("s", chunk, begun, 6)),
            new(Write("o", chunk, begun + 10, more), Write("o", chunk, 0, 4)),
            new($"write s {(begun + 12) * chunk} 1 in-place", $"write s {(begun + more + 20) * chunk} 1 new"));
    }

    // An overflow is forgotten when the table is loaded again. What the origin changes then is lost for good.
    private static RelaySnapshot Overflowed(int chunk) => new(
        "overflowed",
        chunk,
        LengthOf(chunk),
        FewChunks,
        new(
            Write("s", chunk, 7, 3),
            $"write o {chunk} 1 old",
            $"write s {11 * chunk} 1 over",
            $"write s {7 * chunk} 1 refused",
            $"read_ s {7 * chunk}"),
        new($"read_ s {7 * chunk}", $"write s {7 * chunk} 1 again", $"write s {12 * chunk} 1 over"),
        new($"write o {7 * chunk} 1 new", $"write s {8 * chunk} 1 again"),
        new($"write o {20 * chunk} 1 new", "read_ s 0"))
    {
        Type = "PO",
    };

    private static RelaySnapshot Lost(int chunk) => new(
        "lost",
        chunk,
        LengthOf(chunk),
        FewChunks,
        new(Write("s", chunk, 9, 4), $"write s {20 * chunk} 1 over"),
        new("read_ s 0", $"write o {9 * chunk} 1 new", "flush s"),
        new($"write s {9 * chunk} 1 refused", Write("o", chunk, 30, 2)),
        new("read_ s 0"));

    // A merge of nothing but an origin.
    private static RelaySnapshot Full(int chunk) => new(
        "full",
        chunk,
        LengthOf(chunk),
        FewChunks,
        new(Write("o", chunk, 0, 1), Write("s", chunk, 9, 3)),
        new($"write s {10 * chunk} 1 in-place", $"write o {20 * chunk} 1 over"),
        new("read_ s 0", Write("o", chunk, 0, 2)),
        new("read_ s 0", $"write s {5 * chunk} 1 through") { IsMerge = true })
    {
        Type = "PO",
    };

    // Merged are, the last first: 89 and 90, 100 and on, which with small areas is over the end of one, 20, where it is
    // held, and in the next run the rest.
    private static RelaySnapshot Merged(int chunk)
    {
        var many = chunk <= 8 ? EntriesOf(chunk) + 3 : 40;
        var length = LengthOf(chunk) + ((many + 60) * chunk);
        return new(
            "merged",
            chunk,
            length,
            many + 32,
            new(
                $"write s {length - 1} 1 end",
                Write("s", chunk, 10, 4),
                Write("o", chunk, 20, 2),
                Write("s", chunk, 5, 1),
                Write("s", chunk, 100, many),
                Write("s", chunk, 90, 2),
                $"write s {89 * chunk} 1 part"),
            new($"write s {10 * chunk} 1 unmerged", $"write s {101 * chunk} 1 merged")
            {
                IsMerge = true,
                Hold = (20 * chunk, 2 * chunk),
            },
            new($"write s {10 * chunk} 1 after") { IsMerge = true },
            new($"write s {10 * chunk} 1 again", $"write o {20 * chunk} 1 new"));
    }

    /// <summary>So many that chunks of more than a sector do not fit into it.</summary>
    private static int LengthOf(int chunk) => (Chunks * chunk) + (chunk * 3 / 4);

    private static int EntriesOf(int chunk) => chunk * SectorBytes / EntryBytes;

    /// <summary>A write of whole chunks.</summary>
    private static string Write(string device, int chunk, int first, int count) =>
        $"write {device} {first * chunk} {count * chunk} {(device == "o" ? "new" : "own")}{first}";
}
