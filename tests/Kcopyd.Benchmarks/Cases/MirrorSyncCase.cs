using Kcopyd.Benchmarks.Contests;
using Kcopyd.Benchmarks.Files;
using Kcopyd.Benchmarks.Mirroring;
using Kcopyd.Benchmarks.Processes;
using Kcopyd.Benchmarks.Reporting;
using Kcopyd.Core;
using Kcopyd.Core.Mirrors;

namespace Kcopyd.Benchmarks.Cases;

/// <summary>A whole mirror brought in sync, against a copy of the same by the same program.</summary>
internal sealed class MirrorSyncCase : IBenchmarkCase
{
    /// <summary>Of the speed of a copy: marks, and many small jobs instead of one.</summary>
    private const double LeastSpeed = 0.9;

    private static readonly ByteCount OwnSize = 2.GiB;

    /// <inheritdoc/>
    public string Name => "sync";

    /// <inheritdoc/>
    public string Summary => "kcopyd mirror sync against kcopyd copy --flush of the same 2 GiB, on disk and in memory";

    /// <inheritdoc/>
    public Task RunAsync(BenchmarkSession session)
    {
        Run(session, session.Options.DiskDirectory, "on disk");
        Run(session, session.Options.MemoryDirectory, "in memory");
        return Task.CompletedTask;
    }

    private void Run(BenchmarkSession session, string directory, string place)
    {
        using var workspace = Workspace.Create(directory);
        if (session.CreateFiles(workspace, OwnSize, targets: 1) is not { } files)
        {
            return;
        }

        var log = workspace["log"];
        MirrorRig.CreateLog(log);
        var line = MirrorRig.Table(files, log, MirrorSync.Sync).ToTableLine();
        var mirror = new Contender(
            Contenders.Program,
            [new Command(session.ProgramPath, "mirror", "sync", "--table", line, "--progress", "none")]);
        var copy = session.Contenders.Own(files, CopyMode.Flushed) with { Name = "kcopyd copy" };
        var title = $"{files.Size} brought in sync, and copied, {place}";
        var result = session.Run(new Contest(title, files, [mirror, copy]));
        session.Report(new CaseReport(Name, title)
        {
            Contest = result,
            Bars = [.. Bars.Speed(result, LeastSpeed).Select(bar => bar with { IsJudged = files.Size == OwnSize })],
        });
    }
}
