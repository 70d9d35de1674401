using Kcopyd.Benchmarks.Contests;
using Kcopyd.Benchmarks.Files;
using Kcopyd.Benchmarks.Reporting;
using Kcopyd.Core;

namespace Kcopyd.Benchmarks.Cases;

/// <summary>File to file on disk through the page cache: as written, and as durable.</summary>
internal sealed class DiskCase : IBenchmarkCase
{
    private static readonly ByteCount OwnSize = 2.GiB;

    /// <inheritdoc/>
    public string Name => "disk";

    /// <inheritdoc/>
    public string Summary => "buffered, file to file on disk, 2 GiB: written, and flushed";

    /// <inheritdoc/>
    public Task RunAsync(BenchmarkSession session)
    {
        using var workspace = Workspace.Create(session.Options.DiskDirectory);
        if (session.CreateFiles(workspace, OwnSize, targets: 1) is { } files)
        {
            Run(session, files, CopyMode.Buffered, $"{files.Size} buffered, file to file on disk, written");
            Run(session, files, CopyMode.Flushed, $"{files.Size} buffered, file to file on disk, flushed");
        }

        return Task.CompletedTask;
    }

    private void Run(BenchmarkSession session, CopyFiles files, CopyMode mode, string title)
    {
        var result = session.Run(new Contest(title, files, session.Contenders.For(files, mode)));
        session.Report(new CaseReport(Name, title)
        {
            Contest = result,
            Bars = [.. Bars.Memory(result, Bars.DefaultPageBudget)],
        });
    }
}
