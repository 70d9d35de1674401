using System.Collections.Immutable;
using Kcopyd.Benchmarks.Processes;

namespace Kcopyd.Benchmarks.Contests;

/// <summary>What the runs of one contender cost.</summary>
/// <param name="Name">Who.</param>
/// <param name="Samples">One for each round that counts.</param>
internal sealed record ContenderResult(string Name, ImmutableArray<ProcessUsage> Samples)
{
    /// <summary>The median of a measure.</summary>
    public double Median(Func<ProcessUsage, double> measure) => Statistics.Median(Samples.Select(measure));

    /// <summary>How far apart the times are, as a share of their median.</summary>
    public double Spread => Statistics.Spread([.. Samples.Select(Measures.Seconds)]);
}
