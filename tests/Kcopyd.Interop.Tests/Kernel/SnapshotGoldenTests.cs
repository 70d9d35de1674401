using System.Buffers.Binary;
using System.Globalization;
using Kcopyd.Core.Snapshots;

namespace Kcopyd.Interop.Tests.Kernel;

/// <summary>Our tables, stores and status lines are those of a stock kernel: see <see cref="SnapshotKernelTests"/>.
/// </summary>
public sealed class SnapshotGoldenTests
{
    private const int OriginChunks = 64;
    private const int CowSectors = 100;
    private const int BlockBytes = 512;
    private const int LargeBlockBytes = 4096;

    private static readonly int[] ChunkSizes = [1, 8, 16, 32];

    private static readonly string[] SoundEntries =
        ["3:2 4:3 9:4", "9:20 3:10", "63:2", "3:98", "3:99", "3:0 4:2", "3:2 0:0 8:9 9:10", "3:2 8:0 9:10"];

    private static readonly int[] Seen = [3, 4, 9, 63];
    private static readonly string[] Cases = ["given: ", "head: ", "entries: "];

    public static TheoryData<string, string[]> Tables => Golden("snapshot-refusals", "given: ");

    public static TheoryData<string, string[]> Heads => Golden("snapshot-loads", "head: ");

    public static TheoryData<string, string[]> Entries => Golden("snapshot-loads", "entries: ");

    public static TheoryData<string, int> Stores
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (var (name, chunkSectors) in ChunkSizes.SelectMany(GoldenStore.Read)
                .Select(store => (store.Name, store.ChunkSectors)).Distinct())
            {
                data.Add(name, chunkSectors);
            }

            return data;
        }
    }

    // A device that is missing or too small is not in the line; a target that is unknown never reaches dm-snapshot. On
    // purpose we take no chunk size with a sign, and no words that the kernel would ignore.
    [Theory]
    [MemberData(nameof(Tables))]
    public void S15_table_is_taken_or_refused_as_by_the_kernel(string given, string[] said)
    {
        if (said[0].StartsWith("table: 0 ", StringComparison.Ordinal))
        {
            AssertTaken(given, said[0]["table: ".Length..]);
            return;
        }

        if (said.Any(line => line.Contains("too small", StringComparison.Ordinal)
            || line.Contains("Cannot get", StringComparison.Ordinal)
            || line.Contains("Failed to read", StringComparison.Ordinal)))
        {
            _ = SnapshotTable.Parse(given);
            return;
        }

        var error = Assert.Throws<SnapshotTableException>(() => ParseAndCheckBlocks(given));

        var refusal = said.Last(line => line.StartsWith("table: ", StringComparison.Ordinal));
        Assert.EndsWith($": {error.KernelMessage ?? "unknown target type"}", refusal, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Heads))]
    public void S14_head_is_what_it_is_to_the_kernel(string numbers, string[] said)
    {
        var head = new byte[CowHeader.Size];
        foreach (var (i, word) in numbers.Split(' ').Index())
        {
            var number = word.StartsWith("0x", StringComparison.Ordinal)
                ? uint.Parse(word[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture)
                : uint.Parse(word, CultureInfo.InvariantCulture);
            BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(i * 4), number);
        }

        var finding = CowHeader.Read(head);

        // The table asked for 8 sectors; a new store gets them, another has its own.
        var chunkSectors = (finding as CowFinding.Good)?.Header.ChunkSectors
            ?? (finding as CowFinding.Invalid)?.Header.ChunkSectors ?? 8;
        var (expected, status) = finding switch
        {
            CowFinding.New or CowFinding.Good =>
                ($"table: 0 4096 snapshot 254:0 253:0 P {chunkSectors}", $"{2 * chunkSectors}/4096 {2 * chunkSectors}"),
            CowFinding.Invalid => ("snapshots: Snapshot is marked invalid.", "Invalid"),
            CowFinding.Foreign => ("persistent snapshot: Invalid or corrupt snapshot", null),
            CowFinding.OtherVersion other =>
                ($"persistent snapshot: unable to handle snapshot disk version {other.Version}", null),
            CowFinding.BadChunkSize bad => ($"persistent snapshot: invalid on-disk chunk size {bad.Sectors}", null),
            _ => throw new InvalidDataException($"{finding}"),
        };
        Assert.Contains(said, line => line.StartsWith(expected, StringComparison.Ordinal));
        var statuses = said.Where(line => line.StartsWith("status: ", StringComparison.Ordinal));
        Assert.Equal(status is null ? [] : [$"status: 0 4096 snapshot {status}"], statuses);
        if (finding is CowFinding.New)
        {
            CowHeader.For(new CowLayout(chunkSectors)).Write(head);
        }

        Assert.Contains($"header: {Convert.ToHexStringLower(head)}", said);
    }

    // The kernel checks no entry, and hands out other people's chunks; what cannot be true we call damaged.
    [Theory]
    [MemberData(nameof(Entries))]
    public void Store_with_odd_entries_is_loaded_as_by_the_kernel_or_called_damaged(string entries, string[] said)
    {
        var area = new byte[BlockBytes];
        foreach (var (i, entry) in entries.Split(' ').Index())
        {
            var numbers = entry.Split(':').Select(number => long.Parse(number, CultureInfo.InvariantCulture)).ToArray();
            new CowEntry(numbers[0], numbers[1]).Write(area, i);
        }

        var layout = new CowLayout(1);
        var table = new ExceptionTable();
        var load = new CowLoad(layout, OriginChunks, CowSectors, table);
        if (!SoundEntries.Contains(entries))
        {
            Assert.Throws<CowStoreException>(() => load.Add(area));
            return;
        }

        Assert.False(load.Add(area));

        var status = SnapshotStatus.OfPersistent(load.NextFree, load.CurrentArea, CowSectors, layout);
        Assert.Equal($"status: {status.FullLine(0, OriginChunks, SnapshotTarget.Snapshot)}", said[1]);
        var view = Seen.Select(chunk => table.TryFind(chunk, out var at) ? $"c{at}" : $"o{chunk}");
        Assert.Equal($"view: {string.Join(' ', view)}", said[2].TrimEnd());
        Assert.Equal(entries.Contains(":0 ", StringComparison.Ordinal), load.HasTail);
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public void S16_S17_store_of_the_kernel_has_its_status_line(string name, int chunkSectors)
    {
        foreach (var store in GoldenStore.Read(chunkSectors).Where(store => store.Name == name))
        {
            var layout = new CowLayout(chunkSectors);
            Assert.All(store.Areas, area => Assert.Equal(layout.ChunkBytes, area.Length));
            if (name.StartsWith("merge-", StringComparison.Ordinal))
            {
                AssertMerge(store, layout);
            }
            else if (store.Table!.Contains(" N ", StringComparison.Ordinal))
            {
                AssertTransient(store);
            }
            else
            {
                AssertPersistent(store, layout);
            }
        }
    }

    private static TheoryData<string, string[]> Golden(string name, string given)
    {
        var data = new TheoryData<string, string[]>();
        var lines = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, $"Kernel/Golden/{name}.txt"));
        foreach (var (i, line) in lines.Index().Where(line => line.Item.StartsWith(given, StringComparison.Ordinal)))
        {
            data.Add(line[given.Length..], [.. lines.Skip(i + 1).TakeWhile(next => !Cases.Any(next.StartsWith))]);
        }

        return data;
    }

    /// <summary>What the kernel takes we take, and print as it does, unless there are words that it ignores.</summary>
    private static void AssertTaken(string given, string printed)
    {
        var words = given.Split(' ');
        if ((words.Length > 7 && words.Length != 8 + int.Parse(words[7], CultureInfo.InvariantCulture))
            || words.Contains("+8"))
        {
            Assert.Throws<SnapshotTableException>(() => SnapshotTable.Parse(given));
            return;
        }

        var table = SnapshotTable.Parse(given);

        Assert.Equal(printed, $"{SnapshotTable.Parse(printed)}");
        if (table.Store is not null && (table.ChunkSectors == 0 || given.Contains("254:64", StringComparison.Ordinal)))
        {
            // The store is new, or the head says another size.
            table = table.WithChunkSectors(SnapshotTable.Parse(printed).ChunkSectors);
        }

        Assert.Equal(printed, $"{table}");
    }

    private static void ParseAndCheckBlocks(string given)
    {
        var table = SnapshotTable.Parse(given);
        SnapshotTable.CheckBlocks(table.ChunkSectors, BlocksOf(table.Origin), BlocksOf(table.Cow!));
    }

    private static int BlocksOf(string device) => device == "7:0" ? LargeBlockBytes : BlockBytes;

    private static void AssertTransient(GoldenStore store)
    {
        Assert.Empty(store.Areas);
        Assert.Equal(
            Filled(store).Select(count => count * store.ChunkSectors)
                .Select(sectors => $"{SnapshotStatus.OfTransient(sectors, store.CowSectors)}"),
            store.Statuses);
    }

    private static void AssertPersistent(GoldenStore store, CowLayout layout)
    {
        if (store.Name == "filled")
        {
            Assert.Equal(
                Filled(store).Select(count => $"{StatusAfter(count, store.CowSectors, layout)}"), store.Statuses);
        }

        if (store.Areas is [])
        {
            return;
        }

        var load = Load(store, layout);
        var status = SnapshotStatus.OfPersistent(load.NextFree, load.CurrentArea, store.CowSectors, layout);
        status = status with { IsOverflowed = store.Statuses[^1] == "Overflow" };
        if (store.Header is not [])
        {
            // An overflow is not on the device.
            var finding = CowHeader.Read(store.Header);
            var header = CowHeader.For(layout) with { IsValid = store.Statuses[^1] != "Invalid" };
            Assert.Equal(header.IsValid ? new CowFinding.Good(header) : new CowFinding.Invalid(header), finding);
            status = status with { IsInvalid = !header.IsValid };
        }

        Assert.Equal(store.Statuses[^1], $"{status}");
    }

    private static void AssertMerge(GoldenStore store, CowLayout layout)
    {
        var load = Load(store, layout);
        var status = SnapshotStatus.OfMerge(load.CurrentArea, load.Committed, store.CowSectors, layout);
        Assert.NotEmpty(store.Statuses);
        Assert.All(store.Statuses, line => Assert.Equal($"{status}", line));
        Assert.Equal(store.Name == "merge-finished", status.IsMerged);
    }

    /// <summary>How many exceptions a store has when it says what it has of itself, one step after another.</summary>
    private static int[] Filled(GoldenStore store)
    {
        var entries = store.ChunkSectors * BlockBytes / CowEntry.Size;
        return [0, 1, 2, entries - 1, entries, entries + 1, entries + 4];
    }

    private static SnapshotStatus StatusAfter(int exceptions, int cowSectors, CowLayout layout)
    {
        var nextFree = CowLayout.FirstData;
        for (var i = 0; i < exceptions; i++)
        {
            nextFree = layout.NextData(nextFree);
        }

        return SnapshotStatus.OfPersistent(nextFree, exceptions / layout.EntriesPerArea, cowSectors, layout);
    }

    private static CowLoad Load(GoldenStore store, CowLayout layout)
    {
        var load = new CowLoad(layout, layout.ChunksFor(store.Length), store.CowSectors, new ExceptionTable());
        while (load.Add(store.Areas[load.CurrentArea]))
        {
        }

        return load;
    }
}
