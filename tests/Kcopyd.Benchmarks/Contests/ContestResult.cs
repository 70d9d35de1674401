using System.Collections.Immutable;
using Kcopyd.Benchmarks.Processes;
using Kcopyd.Core;

namespace Kcopyd.Benchmarks.Contests;

/// <summary>What a contest showed.</summary>
/// <param name="Title">What was copied how.</param>
/// <param name="Size">The size of the source.</param>
/// <param name="Rows">Who took part to the end.</param>
internal sealed record ContestResult(string Title, ByteCount Size, ImmutableArray<ContenderResult> Rows)
{
    /// <summary>The program; null if it fell out.</summary>
    public ContenderResult? Own => Find(Contenders.Program);

    /// <summary>The peer with the least median time; null if there is none.</summary>
    public ContenderResult? FastestPeer =>
        Rows.Where(row => row.Name != Contenders.Program).MinBy(row => row.Median(Measures.Seconds));

    /// <summary>A row by name; null if it is not there.</summary>
    public ContenderResult? Find(string name) => Rows.FirstOrDefault(row => row.Name == name);

    /// <summary>The program's measure divided by a peer's in the same round; the median of the rounds.</summary>
    public double Ratio(ContenderResult peer, Func<ProcessUsage, double> measure) => Own is { } own
        ? Statistics.Median(own.Samples.Zip(peer.Samples, (ours, theirs) => measure(ours) / measure(theirs)))
        : double.NaN;

    /// <summary>Processor seconds of the program for each GiB of source.</summary>
    public double CpuSecondsPerGibiByte(ContenderResult row) =>
        row.Median(Measures.CpuSeconds) / Measures.GibiBytes(Size);
}
