using Kcopyd.Benchmarks.Contests;
using Kcopyd.Benchmarks.Files;
using Kcopyd.Benchmarks.Reporting;
using Kcopyd.Core;

namespace Kcopyd.Benchmarks.Cases;

/// <summary>Loop device to loop device past the page cache: block devices without a spare disk.</summary>
internal sealed class LoopCase : IBenchmarkCase
{
    private static readonly ByteCount OwnSize = 2.GiB;

    /// <inheritdoc/>
    public string Name => "loop";

    /// <inheritdoc/>
    public string Summary => "direct, loop device to loop device, 2 GiB, on files in memory and on disk (root)";

    /// <inheritdoc/>
    public Task RunAsync(BenchmarkSession session)
    {
        if (LoopDevice.Obstacle is { } obstacle)
        {
            session.Say($"{Name}: {obstacle}: left out.");
            return Task.CompletedTask;
        }

        Run(session, session.Options.MemoryDirectory, "in memory");
        Run(session, session.Options.DiskDirectory, "on disk");
        return Task.CompletedTask;
    }

    private void Run(BenchmarkSession session, string directory, string place)
    {
        using var workspace = Workspace.Create(directory);
        if (session.CreateFiles(workspace, OwnSize, targets: 1) is not { } backing)
        {
            return;
        }

        using var source = LoopDevice.Attach(backing.Source, session.CancellationToken);
        using var target = LoopDevice.Attach(backing.Targets[0], session.CancellationToken);
        var devices = new CopyFiles(source.Path, [target.Path], backing.Size) { IsCold = true };
        var title = $"{devices.Size} direct, loop device to loop device, files {place}";
        var result = session.Run(new Contest(title, devices, session.Contenders.For(devices, CopyMode.Direct)));
        session.Report(new CaseReport(Name, title)
        {
            Contest = result,
            Bars = [.. Bars.Direct(result).Select(bar => bar with { IsJudged = devices.Size == OwnSize })],
        });
    }
}
