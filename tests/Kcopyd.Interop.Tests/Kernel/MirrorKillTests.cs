using Kcopyd.Tests.Shared;

namespace Kcopyd.Interop.Tests.Kernel;

/// <summary>Mirrors of ours whose process is killed in the middle of writes, and then the kernel's.</summary>
[Collection(KernelVmCollection.Name)]
public sealed class MirrorKillTests : IAsyncLifetime
{
    private readonly TempDirectory _directory = new();
    private readonly MirrorsHere _here = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _here.DisposeAsync();
        _directory.Dispose();
    }

    // In clean regions the other legs are made to differ: they must stay so. What was flushed is read through the
    // kernel's mirror. Afterwards we find the log as clean as the kernel does, and print what it prints.
    [SkippableFact]
    public async Task After_a_kill_the_kernel_copies_exactly_the_dirty_regions_and_has_all_that_was_flushed()
    {
        KilledMirror[] mirrors =
        [
            new(_directory, "plain", (8192, 32), 2, ""),
            new(_directory, "three", (8184, 32), 3, "2 handle_errors keep_log"),
            new(_directory, "small", (2048, 8), 2, "1 handle_errors"),
        ];
        for (var i = 0; i < mirrors.Length; i++)
        {
            await mirrors[i].KillAsync(50 + (70 * i), seed: i);
        }

        var disks = new MirrorDisks([.. mirrors.SelectMany(mirror => mirror.Paths)]);
        var runs = string.Join('\n', mirrors.Select(mirror => mirror.RunOf(disks)));
        var result = await KernelVm.RunAsync(KernelScript.Mirror("mirror-read-back", runs), disks.Paths);

        Assert.Equal(0, result.ExitStatus);
        List<string> lines = [];
        foreach (var mirror in mirrors)
        {
            mirror.AssertRecovered();
            await using var ours = await _here.OpenAsync(mirror.Table);
            await ours.WaitUntilInSyncAsync();
            lines.AddRange((await MirrorsHere.LinesOfAsync(ours)).Select(disks.AsPrinted));
            Assert.Equal(0, (await ours.GetCountsAsync()).RecoveredRegions);
        }

        Assert.Equal(lines, result.Lines);
    }
}
