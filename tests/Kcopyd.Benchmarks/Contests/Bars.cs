using System.Collections.Immutable;
using Kcopyd.Core;

namespace Kcopyd.Benchmarks.Contests;

/// <summary>The bars of a plain copy, with the reason of each.</summary>
internal static class Bars
{
    /// <summary>The actors' share of the work: a copy on memory-fast media may cost half as much again as dd's
    /// loop.</summary>
    private const double BufferedCpuRatio = 1.5;

    /// <summary>The disk decides the time; a tenth is what the start of the runtime may add.</summary>
    private const double DirectTimeRatio = 1.1;

    /// <summary>Three times dd: more means that threads wake each other for nothing.</summary>
    private const double DirectCpuSecondsPerGibiByte = 0.6;

    /// <summary>The runtime, the actor system and their code, beside the pages.</summary>
    public static readonly ByteCount MemoryBesidePages = 100.MiB;

    /// <summary>The page budget of the program when it is told none.</summary>
    public static readonly ByteCount DefaultPageBudget = 64.MiB;

    /// <summary>Time against the fastest peer, if both are there.</summary>
    public static IEnumerable<Bar> Time(ContestResult result, double atMost)
    {
        if (result.Own is not null && result.FastestPeer is { } peer)
        {
            yield return new Bar($"time, of {peer.Name}'s", result.Ratio(peer, Measures.Seconds), atMost);
        }
    }

    /// <summary>Speed against the fastest peer, if both are there.</summary>
    public static IEnumerable<Bar> Speed(ContestResult result, double atLeast)
    {
        if (result.Own is not null && result.FastestPeer is { } peer)
        {
            var speed = 1 / result.Ratio(peer, Measures.Seconds);
            yield return new Bar($"speed, of {peer.Name}'s", speed, atLeast, IsFloor: true);
        }
    }

    /// <summary>Processor time of a buffered copy.</summary>
    public static IEnumerable<Bar> BufferedCpu(ContestResult result)
    {
        if (result.Own is not null && result.Find(Contenders.Dd) is { } dd)
        {
            yield return new Bar("CPU, of dd's", result.Ratio(dd, Measures.CpuSeconds), BufferedCpuRatio);
        }
    }

    /// <summary>Peak memory.</summary>
    public static IEnumerable<Bar> Memory(ContestResult result, ByteCount pageBudget)
    {
        if (result.Own is { } own)
        {
            yield return new Bar(
                $"peak memory, MiB (budget of {pageBudget} and {MemoryBesidePages})",
                own.Median(Measures.PeakBytes) / 1.MiB.Value,
                (double)(pageBudget + MemoryBesidePages).Value / 1.MiB.Value);
        }
    }

    /// <summary>All bars of direct I/O.</summary>
    public static ImmutableArray<Bar> Direct(ContestResult result) => result.Own is { } own
        ?
        [
            .. Time(result, DirectTimeRatio),
            new Bar("CPU, seconds per GiB", result.CpuSecondsPerGibiByte(own), DirectCpuSecondsPerGibiByte),
            .. Memory(result, DefaultPageBudget),
        ]
        : [];
}
