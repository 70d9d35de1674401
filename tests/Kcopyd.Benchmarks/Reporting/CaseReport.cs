using System.Collections.Immutable;
using Kcopyd.Benchmarks.Contests;

namespace Kcopyd.Benchmarks.Reporting;

/// <summary>What one measurement of a case showed.</summary>
/// <param name="Case">The case.</param>
/// <param name="Title">What was measured.</param>
internal sealed record CaseReport(string Case, string Title)
{
    /// <summary>The contest, if it was one.</summary>
    public ContestResult? Contest { get; init; }

    /// <summary>The figures, if it was none.</summary>
    public ImmutableArray<Figure> Figures { get; init; } = [];

    /// <summary>What had to be reached.</summary>
    public ImmutableArray<Bar> Bars { get; init; } = [];

    /// <summary>What a reader has to know about the numbers.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];
}
