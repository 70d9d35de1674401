using System.Collections.Immutable;

namespace Kcopyd.Benchmarks.Cases;

/// <summary>All cases, in the order in which they run.</summary>
internal static class BenchmarkCases
{
    /// <summary>Those of <c>copy</c>.</summary>
    public static ImmutableArray<IBenchmarkCase> Copy { get; } =
    [
        new CanonicalCase(),
        new TmpfsCase(),
        new DiskCase(),
        new DirectCase(),
        new LoopCase(),
        new FanoutCase(),
        new EmptyCase(),
        new MemoryCase(),
        new SmallCase(),
        new AllocatedCase(),
        new PublishCase(),
    ];
}
