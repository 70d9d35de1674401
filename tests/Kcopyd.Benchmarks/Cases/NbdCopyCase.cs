using Kcopyd.Benchmarks.Contests;
using Kcopyd.Benchmarks.Files;
using Kcopyd.Benchmarks.Processes;
using Kcopyd.Benchmarks.Reporting;
using Kcopyd.Benchmarks.Serving;
using Kcopyd.Core;

namespace Kcopyd.Benchmarks.Cases;

/// <summary>A copy from one nbdkit to another, by the program and by nbdcopy with its defaults.</summary>
internal sealed class NbdCopyCase : IBenchmarkCase
{
    private const string Peer = "nbdcopy";

    private static readonly ByteCount OwnSize = 4.GiB;

    /// <inheritdoc/>
    public string Name => "copy";

    /// <inheritdoc/>
    public string Summary => "from one nbdkit to another, files in memory: the program and nbdcopy";

    /// <inheritdoc/>
    public Task RunAsync(BenchmarkSession session)
    {
        if (NbdServers.Absent is { } absent)
        {
            session.Say($"{Name}: {absent} is not installed: left out.");
            return Task.CompletedTask;
        }

        using var workspace = Workspace.Create(session.Options.MemoryDirectory);
        if (session.CreateFiles(workspace, OwnSize, targets: 1) is { } files)
        {
            Run(session, workspace, files);
        }

        return Task.CompletedTask;
    }

    private void Run(BenchmarkSession session, Workspace workspace, CopyFiles files)
    {
        var stop = session.CancellationToken;
        using var source = NbdServers.StartNbdkit(files.Source, workspace["source.sock"], stop);
        using var target = NbdServers.StartNbdkit(files.Targets[0], workspace["target.sock"], stop);
        var title = $"{files.Size} from one nbdkit to another, files in memory";
        var result = session.Run(new Contest(
            title,
            files,
            [
                new Contender(Contenders.Program, [session.Contenders.Copy([source.Uri, target.Uri])]),
                new Contender(Peer, [new Command(ProgramSearch.Find(Peer)!, source.Uri, target.Uri)]),
            ]));
        session.Report(new CaseReport(Name, title)
        {
            Contest = result,
            Bars = result.Find(Peer) is { } peer
                ? [new Bar("time, of nbdcopy's", result.Ratio(peer, Measures.Seconds), 1)]
                : [],
        });
    }
}
