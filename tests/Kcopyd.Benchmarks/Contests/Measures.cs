using Kcopyd.Benchmarks.Processes;
using Kcopyd.Core;

namespace Kcopyd.Benchmarks.Contests;

/// <summary>What is compared about a run.</summary>
internal static class Measures
{
    /// <summary>Wall-clock time.</summary>
    public static double Seconds(ProcessUsage usage) => usage.Elapsed.TotalSeconds;

    /// <summary>Processor time.</summary>
    public static double CpuSeconds(ProcessUsage usage) => usage.Cpu.TotalSeconds;

    /// <summary>Memory.</summary>
    public static double PeakBytes(ProcessUsage usage) => usage.PeakBytes;

    /// <summary>A size in GiB.</summary>
    public static double GibiBytes(ByteCount size) => (double)size.Value / 1.GiB.Value;
}
