using Kcopyd.Benchmarks.Contests;
using Kcopyd.Benchmarks.Files;
using Kcopyd.Benchmarks.Reporting;
using Kcopyd.Core;

namespace Kcopyd.Benchmarks.Cases;

/// <summary>What a journal costs: a journaled copy at the default interval against the same copy with
/// <c>--no-journal --flush</c>.</summary>
internal sealed class JournalCase : IBenchmarkCase
{
    /// <summary>Of the speed without a journal: a checkpoint a second, beside the copying.</summary>
    private const double LeastSpeed = 0.95;

    private static readonly ByteCount DiskSize = 2.GiB;

    private static readonly ByteCount MemorySize = 4.GiB;

    /// <inheritdoc/>
    public string Name => "journal";

    /// <inheritdoc/>
    public string Summary =>
        "journaled against --no-journal --flush, buffered and direct: 2 GiB on disk, 4 GiB in memory";

    /// <inheritdoc/>
    public Task RunAsync(BenchmarkSession session)
    {
        Run(session, session.Options.DiskDirectory, DiskSize);
        Run(session, session.Options.MemoryDirectory, MemorySize);
        return Task.CompletedTask;
    }

    private void Run(BenchmarkSession session, string directory, ByteCount own)
    {
        // A commit of the journal waits for the disk wherever the files are.
        using var journals = Workspace.Create(session.Options.DiskDirectory);
        using var workspace = Workspace.Create(directory);
        if (session.CreateFiles(workspace, own, targets: 1) is { } files)
        {
            foreach (var mode in new[] { CopyMode.Flushed, CopyMode.Direct })
            {
                Report(session, files with { IsCold = mode == CopyMode.Direct }, mode, (journals, workspace, own));
            }
        }
    }

    private void Report(
        BenchmarkSession session,
        CopyFiles files,
        CopyMode mode,
        (Workspace Journals, Workspace Files, ByteCount Size) place)
    {
        var (journals, workspace, own) = place;
        var how = mode == CopyMode.Direct ? "direct" : "buffered";
        var where = workspace.IsInMemory ? "in memory" : "on disk";
        var title = $"{files.Size} {how}, file to file {where}, journaled and not";
        var journaled = session.Contenders.Journaled(files, mode, journals[$"{how}.db"]);
        var flushed = session.Contenders.Own(files, mode, mode == CopyMode.Direct ? ["--flush"] : []) with
        {
            Name = "--no-journal --flush",
        };
        var result = session.Run(new Contest(title, files, [journaled, flushed]));
        session.Report(new CaseReport(Name, title)
        {
            Contest = result,
            Bars = [.. Bars.Speed(result, LeastSpeed).Select(bar => bar with { IsJudged = files.Size == own })],
            Notes = journals.IsInMemory ? ["the journal is in memory: name a directory on disk with --disk-dir"] : [],
        });
    }
}
