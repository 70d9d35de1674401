using System.Collections.Immutable;
using System.Globalization;
using Kcopyd.Benchmarks.Contests;
using Kcopyd.Benchmarks.Files;
using Kcopyd.Benchmarks.Reporting;
using Kcopyd.Core;

namespace Kcopyd.Benchmarks.Cases;

/// <summary>Peak memory under several page budgets, with enough in flight to use them up.</summary>
internal sealed class MemoryCase : IBenchmarkCase
{
    private static readonly ByteCount OwnSize = 1.GiB;

    private static readonly ImmutableArray<ByteCount> Budgets = [4.MiB, 16.MiB, 64.MiB, 256.MiB];

    /// <inheritdoc/>
    public string Name => "memory";

    /// <inheritdoc/>
    public string Summary => "peak memory of a copy of 1 GiB with page budgets of 4 to 256 MiB";

    /// <inheritdoc/>
    public Task RunAsync(BenchmarkSession session)
    {
        using var workspace = Workspace.Create(session.Options.MemoryDirectory);
        if (session.CreateFiles(workspace, OwnSize, targets: 1) is not { } files)
        {
            return Task.CompletedTask;
        }

        var title = $"{files.Size} buffered, file to file in memory, 64 segments in flight";
        var results = Budgets.Select(budget => (Budget: budget, Result: Run(session, files, budget))).ToList();
        session.Report(new CaseReport(Name, title)
        {
            Figures =
            [
                .. results.Where(result => result.Result.Own is not null).Select(result => new Figure(
                    $"peak memory, budget of {result.Budget}",
                    result.Result.Own!.Median(Measures.PeakBytes) / 1.MiB.Value,
                    "MiB")),
            ],
            Bars = [.. results.SelectMany(result => Bars.Memory(result.Result, result.Budget))],
        });
        return Task.CompletedTask;
    }

    /// <summary>A sixty-fourth of the budget each: 64 segments in flight hold all of it.</summary>
    private static ContestResult Run(BenchmarkSession session, CopyFiles files, ByteCount budget)
    {
        var contender = session.Contenders.Own(
            files,
            CopyMode.Buffered,
            "--pages",
            budget.Value.ToString(CultureInfo.InvariantCulture),
            "--segment",
            (budget.Value / 64).ToString(CultureInfo.InvariantCulture),
            "--in-flight",
            "64");
        return session.Run(new Contest($"memory, budget of {budget}", files, [contender]));
    }
}
