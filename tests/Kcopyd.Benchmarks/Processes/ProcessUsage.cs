namespace Kcopyd.Benchmarks.Processes;

/// <summary>What a run cost.</summary>
/// <param name="Elapsed">From before the start to after the end.</param>
/// <param name="Cpu">User and system time of the process and of the children it waited for.</param>
/// <param name="PeakBytes">The most memory resident at once.</param>
internal readonly record struct ProcessUsage(TimeSpan Elapsed, TimeSpan Cpu, long PeakBytes)
{
    /// <summary>One run after the other, as a single one.</summary>
    public ProcessUsage Then(ProcessUsage next) =>
        new(Elapsed + next.Elapsed, Cpu + next.Cpu, Math.Max(PeakBytes, next.PeakBytes));
}
