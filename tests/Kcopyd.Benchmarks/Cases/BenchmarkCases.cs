using System.Collections.Immutable;
using Kcopyd.Benchmarks.Serving;
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

    /// <summary>Those of <c>nbd</c>.</summary>
    public static ImmutableArray<IBenchmarkCase> Nbd { get; } =
    [
        new NbdIoCase("reads", new FioLoad("read", 256 * 1024, Depth: 16), nbdkitBar: 1, qemuBar: 1),
        new NbdIoCase("writes", new FioLoad("write", 256 * 1024, Depth: 16), nbdkitBar: 1, qemuBar: 1),
        new NbdIoCase("random-reads", new FioLoad("randread", 4096, Depth: 16), nbdkitBar: null, qemuBar: 0.8),
        new NbdIoCase("random-writes", new FioLoad("randwrite", 4096, Depth: 16), nbdkitBar: null, qemuBar: 0.8),
        new NbdCopyCase(),
    ];

    /// <summary>The benchmarks that there are.</summary>
    public static ImmutableArray<string> Names { get; } = ["copy", "persist", "mirror", "snapshot", "nbd"];

    /// <summary>The cases of a benchmark.</summary>
    /// <exception cref="UsageException">There is none of that name.</exception>
    public static ImmutableArray<IBenchmarkCase> Of(string benchmark) => benchmark switch
    {
        "copy" => Copy,
        "persist" => Persist,
        "mirror" => Mirror,
        "snapshot" => Snapshot,
        "nbd" => Nbd,
        _ => throw new UsageException(
            $"There is no benchmark '{benchmark}'; there are: {string.Join(", ", Names)}."),
    };
}
