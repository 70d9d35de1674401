using Kcopyd.Tests.Shared;

namespace Kcopyd.Interop.Tests.Kernel;

/// <summary>What dm-snapshot of a stock kernel says, does and writes. What it prints is kept beside these tests as the
/// truth that ours is compared with: <c>Golden/snapshot-*.txt</c>, the standard output of <c>Scripts/snapshot-*.sh</c>.
/// </summary>
/// <remarks>Disks have major number 254 there, mapped devices 253. Seen with Linux 6.1.</remarks>
public sealed class SnapshotKernelTests : IDisposable
{
    private const int DiskBytes = 40 << 20;

    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    // Beyond what is documented:
    // - what is wrong with a store's type or chunk size the target replaces by a sentence that says less;
    // - words behind the features, and behind the O of PO or the N, are taken and have no meaning;
    // - a chunk size may have leading zeros and a plus, and is always decimal.
    [SkippableFact]
    public Task Wrong_tables_are_refused_with_the_golden_sentences() => MatchesAsync("snapshot-refusals");

    // Beyond what is documented:
    // - any number but 0 makes a head valid; a head without magic is new whatever else it holds;
    // - no entry is checked: not whether its chunks exist, nor whether an earlier one has them;
    // - entries behind the first free one are not removed, and come to life when the gap before them is filled.
    [SkippableFact]
    public Task Odd_stores_are_loaded_as_the_golden_file_says() => MatchesAsync("snapshot-loads");

    // Beyond what is documented:
    // - overflow raises no event, and is forgotten when the table is loaded again;
    // - where the area that is to follow a full one does not fit, PO is invalid too, and the full area is not written;
    // - while nothing is merged yet a merge says what its snapshot did; it raises no event at its end.
    [SkippableTheory]
    [InlineData(1, "stores 1; merges 1; ends_of_stores 1")]
    [InlineData(8, "stores 8; merges 8; transient 8")]
    [InlineData(16, "stores 16; merges 16")]
    [InlineData(32, "stores 32; merges 32")]
    public Task Stores_of_the_kernel_are_the_golden_ones(int chunkSectors, string calls) =>
        MatchesAsync($"snapshot-stores-{chunkSectors}", ["snapshot-stores", "snapshot-merges"], calls);

    // Beyond what is documented:
    // - a write to a chunk that the store has already may fail there, and the snapshot stays valid;
    // - a store that takes no writes is called invalid in memory alone: its head cannot be written, the origin's write
    //   goes on, and a reload believes a store that has lost a chunk;
    // - a merge that failed raises no event, goes on failing when resumed, and can be reloaded only after its removal;
    // - the origin target takes no discards.
    [SkippableFact]
    public Task Failing_devices_and_handovers_show_in_the_golden_file() => MatchesAsync("snapshot-failures");

    // Beyond what is documented: a head is written without a flush, also the one that is not valid any more, but the
    // write of the origin that does not fit waits until it is written.
    [SkippableFact]
    public Task Origin_and_store_are_written_in_the_golden_order() => MatchesAsync("snapshot-order");

    // Beyond what is documented:
    // - a snapshot copies a chunk for a write before its own end alone, and then all of the chunk that the origin has;
    // - what a store's chunk has behind the end of the origin is never written;
    // - an origin splits writes at the chunks that its snapshots had when it was resumed: until it is resumed again, of
    //   a write over several chunks only the first gets an exception, and the snapshot sees what the others became.
    [SkippableFact]
    public Task S26_lengths_that_do_not_fit_show_in_the_golden_file() => MatchesAsync("snapshot-lengths");

    private Task MatchesAsync(string name) => MatchesAsync(name, [name], "");

    private async Task MatchesAsync(string golden, string[] scripts, string calls)
    {
        string[] disks =
        [
            _directory.File("origin", DiskBytes),
            _directory.Sparse("stores", DiskBytes),
            _directory.File("spare", DiskBytes, seed: 2),
            _directory.Sparse("log", DiskBytes),
            _directory.Sparse("small", 1024),
        ];
        var expected = await File.ReadAllLinesAsync(
            Path.Combine(AppContext.BaseDirectory, $"Kernel/Golden/{golden}.txt"));

        var result = await KernelVm.RunAsync(KernelScript.Snapshot(scripts, calls), disks);

        Assert.Equal(expected, result.Lines);
        Assert.Equal(0, result.ExitStatus);
    }
}
