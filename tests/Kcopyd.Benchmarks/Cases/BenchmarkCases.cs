using System.Collections.Immutable;
using Kcopyd.Benchmarks.Settings;

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
        new JournalCase(),
        new EmptyCase(),
        new MemoryCase(),
        new SmallCase(),
        new AllocatedCase(),
        new PublishCase(),
    ];

    /// <summary>Those of <c>persist</c>.</summary>
    public static ImmutableArray<IBenchmarkCase> Persist { get; } =
    [
        new PersistCase("one", actors: 1, batch: 1),
        new PersistCase("ten", actors: 10, batch: 1),
        new PersistCase("hundred", actors: 100, batch: 1),
        new PersistCase("batch", actors: 1, batch: 100),
    ];

    /// <summary>Those of <c>mirror</c>.</summary>
    public static ImmutableArray<IBenchmarkCase> Mirror { get; } =
        [new MirrorSyncCase(), new MirrorWriteCase(), new MirrorReadCase()];

    /// <summary>Those of <c>snapshot</c>.</summary>
    public static ImmutableArray<IBenchmarkCase> Snapshot { get; } = [new SnapshotWriteCase()];

    /// <summary>The benchmarks that there are.</summary>
    public static ImmutableArray<string> Names { get; } = ["copy", "persist", "mirror", "snapshot"];

    /// <summary>The cases of a benchmark.</summary>
    /// <exception cref="UsageException">There is none of that name.</exception>
    public static ImmutableArray<IBenchmarkCase> Of(string benchmark) => benchmark switch
    {
        "copy" => Copy,
        "persist" => Persist,
        "mirror" => Mirror,
        "snapshot" => Snapshot,
        _ => throw new UsageException(
            $"There is no benchmark '{benchmark}'; there are: {string.Join(", ", Names)}."),
    };
}
