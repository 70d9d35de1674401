using Kcopyd.Core;
using Kcopyd.Core.Copying;

namespace Kcopyd.Actors.Tests.Journaling;

/// <summary>A small journaled job that is to survive crashes.</summary>
/// <param name="Name">What it is about.</param>
/// <param name="Targets">How many targets it has.</param>
/// <param name="Options">How it is done.</param>
public sealed record CrashCase(string Name, int Targets, CopyOptions Options)
{
    /// <summary>Small segments, so that a small disk has many.</summary>
    private static readonly CopyOptions Small = new() { SegmentSize = 16.KiB, InFlight = 4 };

    /// <summary>One of each kind.</summary>
    public static readonly IReadOnlyList<CrashCase> All =
    [
        new("one target", 1, Small),
        new("three targets", 3, Small),
        new("in sequence", 1, Small with { WriteSequential = true, InFlight = 8 }),
        new("drops a target", 3, Small with { OnTargetError = OnTargetError.Drop }) { Fails = 1 },
        new("sparse", 2, Small with { Sparse = true }) { HasHoles = true },
        new("zero", 2, Small) { Kind = CopyJobKind.Zero },
        new("verify", 2, Small with { Verify = true }),
        new("salvage", 2, Small with { OnReadError = OnReadError.Salvage })
        {
            Unreadable = SectorRange.Create(333, 30),
        },
        new("a flush fails once", 2, Small) { FlushFails = true },
    ];

    /// <summary>What it does.</summary>
    public CopyJobKind Kind { get; init; }

    /// <summary>The target, by index, that cannot be written from its middle on; null for none.</summary>
    public int? Fails { get; init; }

    /// <summary>Whether half of the source is zeros.</summary>
    public bool HasHoles { get; init; }

    /// <summary>What of the source cannot be read; null for nothing.</summary>
    public SectorRange? Unreadable { get; init; }

    /// <summary>Whether a flush of the first target fails once, and the next one succeeds.</summary>
    public bool FlushFails { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
