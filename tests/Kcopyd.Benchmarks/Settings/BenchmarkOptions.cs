using System.Collections.Immutable;
using Kcopyd.Core;

namespace Kcopyd.Benchmarks.Settings;

/// <summary>What is measured, where, and what becomes of the result.</summary>
internal sealed record BenchmarkOptions
{
    /// <summary>Enough that the median of the paired ratios is steady on a machine that does other things.</summary>
    public const int DefaultRuns = 7;

    /// <summary>Runs of <see cref="IsQuick"/>: whether it works, not how fast it is.</summary>
    public const int QuickRuns = 2;

    /// <summary>Size of <see cref="IsQuick"/>: the runtime's start is most of the time then, so few bars are
    /// judged.</summary>
    public static readonly ByteCount QuickSize = 64.MiB;

    /// <summary>The cases by name; empty: all.</summary>
    public ImmutableArray<string> Cases { get; init; } = [];

    /// <summary>Rounds that count; one more goes first to warm up.</summary>
    public int Runs { get; init; } = DefaultRuns;

    /// <summary>Bytes of a source; null: what the case says.</summary>
    public ByteCount? Size { get; init; }

    /// <summary>Where files in memory go.</summary>
    public string MemoryDirectory { get; init; } = "/dev/shm";

    /// <summary>Where files on disk go: a directory that is not emptied at boot, so seldom one in memory.</summary>
    public string DiskDirectory { get; init; } = "/var/tmp";

    /// <summary>Whether sizes and runs are as small as they can be.</summary>
    public bool IsQuick { get; init; }

    /// <summary>Whether a missed bar is a failure.</summary>
    public bool IsGate { get; init; }

    /// <summary>Where the raw numbers go as JSON; null: nowhere.</summary>
    public string? JsonPath { get; init; }

    /// <summary>A published program to measure; null: one is published first.</summary>
    public string? ProgramPath { get; init; }

    /// <summary>Options that every copy of the program gets: <c>--segment 1M</c>.</summary>
    public ImmutableArray<string> ProgramOptions { get; init; } = [];

    /// <summary>The size of a case's source: given, quick, or its own.</summary>
    public ByteCount SizeOr(ByteCount own) => Size ?? (IsQuick && own > QuickSize ? QuickSize : own);
}
