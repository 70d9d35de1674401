using Kcopyd.Tests.Shared;

namespace Kcopyd.Interop.Tests.Kernel;

/// <summary>What dm-mirror of a stock kernel says and does. What it prints is kept beside these tests as the truth that
/// our own lines are compared with: <c>Golden/mirror-*.txt</c>, the standard output of <c>Scripts/mirror-*.sh</c>.
/// </summary>
/// <remarks>Disks have major number 254 there, mapped devices 253. Seen with Linux 6.1.</remarks>
[Collection(KernelVmCollection.Name)]
public sealed class MirrorKernelTests : IDisposable
{
    private const int DiskBytes = 4 << 20;

    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    // Beyond what is documented: a feature may be given twice and is printed once, `0` features print nothing, and a
    // device may be a leg more than once.
    [SkippableFact]
    public Task Status_and_table_lines_are_the_golden_ones() => MatchesAsync("mirror-lines");

    // Beyond what is documented: a wrong log device has no sentence of its own, an offset past the end of a leg is
    // refused by the core of device-mapper and not by the mirror, and a log type that is unknown is a wrong log.
    [SkippableFact]
    public Task Wrong_tables_are_refused_with_the_golden_sentences() => MatchesAsync("mirror-refusals");

    // Beyond what is documented:
    // - a leg that fails a flush of the user gets the letter D; F is for the flush before clean marks;
    // - a leg that fails the writes of a recovery fails that flush too, so its letter is F and not S, and until reload
    //   no clean mark reaches the log, though the status says 8/8 and AA after the leg is back;
    // - resuming a table with `nosync` after a failed write says 8/8 AA over legs that differ;
    // - with keep_log a read of a region that was never in sync goes to another leg when leg 0 fails, and succeeds;
    // - without handle_errors a recovery that fails everywhere is 8/8 AA;
    // - without handle_errors a failed write seldom, but now and then, raises an event: see say in the script.
    [SkippableFact]
    public Task Failing_legs_and_logs_show_in_the_golden_status() => MatchesAsync("mirror-failures");

    private async Task MatchesAsync(string name)
    {
        string[] disks =
        [
            _directory.Sparse("leg-0", DiskBytes),
            _directory.Sparse("leg-1", DiskBytes),
            _directory.Sparse("log", DiskBytes),
            _directory.Sparse("leg-2", DiskBytes),
            _directory.Sparse("small", 1024),
        ];
        var golden = await File.ReadAllLinesAsync(Path.Combine(AppContext.BaseDirectory, $"Kernel/Golden/{name}.txt"));

        var result = await KernelVm.RunAsync(KernelScript.Mirror(name), disks);

        Assert.Equal(golden, result.Lines);
        Assert.Equal(0, result.ExitStatus);
    }
}
