using Kcopyd.Benchmarks.Contests;
using Kcopyd.Benchmarks.Files;
using Kcopyd.Benchmarks.Processes;
using Kcopyd.Benchmarks.Reporting;
using Kcopyd.Benchmarks.Settings;
using Kcopyd.Core;

namespace Kcopyd.Benchmarks.Cases;

/// <summary>One invocation: what the cases share. Disposal removes the published program.</summary>
internal sealed class BenchmarkSession : IDisposable
{
    private readonly List<CaseReport> _reports = [];
    private readonly List<string> _failures = [];
    private Workspace? _published;

    /// <summary>Begins one.</summary>
    public BenchmarkSession(BenchmarkOptions options, CancellationToken cancellationToken)
    {
        Options = options;
        CancellationToken = cancellationToken;
    }

    /// <summary>What was asked for.</summary>
    public BenchmarkOptions Options { get; }

    /// <summary>Ends the invocation between two runs, or within one.</summary>
    public CancellationToken CancellationToken { get; }

    /// <summary>What was reported so far.</summary>
    public IReadOnlyList<CaseReport> Reports => _reports;

    /// <summary>What went wrong so far: programs that failed, bytes that differ.</summary>
    public ICollection<string> Failures => _failures;

    /// <summary>Where the program to measure is; published when it is first asked for.</summary>
    public string ProgramPath => field ??= Options.ProgramPath ?? Publish();

    /// <summary>Who does the copies.</summary>
    public Contenders Contenders => field ??= new Contenders(ProgramPath, Options.ProgramOptions);

    /// <summary>A source and targets in a directory.</summary>
    /// <param name="workspace">The directory.</param>
    /// <param name="own">The size that the case is meant for.</param>
    /// <param name="targets">How many.</param>
    /// <returns>Null, and said why, if there is no room.</returns>
    public CopyFiles? CreateFiles(Workspace workspace, ByteCount own, int targets)
    {
        var wanted = Options.SizeOr(own);
        if (workspace.Fit(wanted, targets + 1) is not { } size)
        {
            Say($"{workspace.Directory} has no room for {targets + 1} files of any size worth copying: left out.");
            return null;
        }

        if (size < wanted)
        {
            Say($"{workspace.Directory} has no room for {targets + 1} files of {wanted}: {size} instead.");
        }

        var names = Enumerable.Range(1, targets).Select(number => workspace[$"target{number}"]);
        var files = new CopyFiles(workspace["source"], [.. names], size);
        RandomFile.Create(files.Source, size, seed: 1, CancellationToken);
        foreach (var target in files.Targets)
        {
            RandomFile.Create(target, size, seed: 2, CancellationToken);
        }

        return files;
    }

    /// <summary>Runs a contest.</summary>
    public ContestResult Run(Contest contest) =>
        new ContestRunner(Options.Runs, CancellationToken).Run(contest, _failures);

    /// <summary>Prints a report and keeps it.</summary>
    public void Report(CaseReport report)
    {
        _reports.Add(report);
        Console.WriteLine();
        Console.Write(ReportText.Format(report));
    }

    /// <summary>Prints a sentence for whoever waits; what is a result goes into a report.</summary>
    public void Say(string sentence) => Console.Error.WriteLine(sentence);

    public void Dispose() => _published?.Dispose();

    private string Publish()
    {
        Say("Publishing the program (ReadyToRun) ...");
        _published = Workspace.Create(Path.GetTempPath());
        return PublishedProgram.Publish(_published.Directory, CancellationToken);
    }
}
