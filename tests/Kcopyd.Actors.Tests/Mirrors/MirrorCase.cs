using Kcopyd.Core.Mirrors;

namespace Kcopyd.Actors.Tests.Mirrors;

/// <summary>A small mirror under load that is to survive crashes.</summary>
/// <param name="Name">What it is about.</param>
public sealed record MirrorCase(string Name)
{
    private const MirrorFeatures KeepLog = MirrorFeatures.HandleErrors | MirrorFeatures.KeepLog;

    /// <summary>One of each kind.</summary>
    public static readonly IReadOnlyList<MirrorCase> All =
    [
        new("two legs"),
        new("three legs") { Legs = 3 },
        new("few regions, marked clean in between") { HotSectors = 20, Legs = 2 },
        new("initial resync") { IsInSync = false },
        new("initial resync of three legs") { IsInSync = false, Legs = 3, OneByOne = true },
        new("read repair") { Unreadable = 1, Legs = 2 },
        new("read repair of the default leg") { Unreadable = 0, Legs = 3, Features = KeepLog },
        new("replaces a leg") { Replaced = 1 },
        new("replaces the default leg") { Replaced = 0, Legs = 3 },
        new("a leg fails, keep_log") { Unwritable = 1, Features = KeepLog },
        new("the default leg fails, keep_log") { Unwritable = 0, Features = KeepLog, Legs = 3 },
        new("a leg fails, without features") { Unwritable = 1 },
        new("the default leg fails while another is replaced")
        {
            Unwritable = 0, Replaced = 1, Features = KeepLog, Legs = 3,
        },
        new("suspends and resumes") { Suspends = true, Legs = 2 },
        new("holds writes, suspends and resumes")
        {
            Suspends = true, Unwritable = 1, Features = MirrorFeatures.HandleErrors,
        },
        new("log in memory") { Log = MirrorLogKind.Core, Legs = 2 },
    ];

    /// <summary>How many legs it has.</summary>
    public int Legs { get; init; } = 2;

    /// <summary>Whether its legs are equal, and the log says so, to begin with.</summary>
    public bool IsInSync { get; init; } = true;

    /// <summary>The features of its table.</summary>
    public MirrorFeatures Features { get; init; }

    /// <summary>Where its log is.</summary>
    public MirrorLogKind Log { get; init; } = MirrorLogKind.Disk;

    /// <summary>Only so many sectors are written to; null for all.</summary>
    public int? HotSectors { get; init; }

    /// <summary>Whether every recovery covers one region.</summary>
    public bool OneByOne { get; init; }

    /// <summary>The leg of which some sectors cannot be read for a while; null for none.</summary>
    public int? Unreadable { get; init; }

    /// <summary>The leg that takes no writes from some moment on; null for none.</summary>
    public int? Unwritable { get; init; }

    /// <summary>The leg that is replaced; null for none.</summary>
    public int? Replaced { get; init; }

    /// <summary>Whether it is suspended and resumed while it is used.</summary>
    public bool Suspends { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
