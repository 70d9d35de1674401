using Kcopyd.Benchmarks.Contests;
using Kcopyd.Benchmarks.Files;
using Kcopyd.Benchmarks.Reporting;
using Kcopyd.Core;

namespace Kcopyd.Benchmarks.Cases;

/// <summary>File to file on disk past the page cache.</summary>
internal sealed class DirectCase : IBenchmarkCase
{
    private static readonly ByteCount OwnSize = 2.GiB;

    /// <inheritdoc/>
    public string Name => "direct";

    /// <inheritdoc/>
    public string Summary => "direct, file to file on disk, 2 GiB";

    /// <inheritdoc/>
    public Task RunAsync(BenchmarkSession session)
    {
        using var workspace = Workspace.Create(session.Options.DiskDirectory);
        if (session.CreateFiles(workspace, OwnSize, targets: 1) is { } created)
        {
            var files = created with { IsCold = true };
            var title = $"{files.Size} direct, file to file on disk";
            var result = session.Run(new Contest(title, files, session.Contenders.For(files, CopyMode.Direct)));
            session.Report(new CaseReport(Name, title)
            {
                Contest = result,
                Bars = [.. Bars.Direct(result).Select(bar => bar with { IsJudged = files.Size == OwnSize })],
                Notes = workspace.IsInMemory ? ["this directory is in memory: name one on disk with --disk-dir"] : [],
            });
        }

        return Task.CompletedTask;
    }
}
