using System.Collections.Immutable;
using Kcopyd.Core.Snapshots;

namespace Kcopyd.Actors.Snapshots;

/// <summary>How a snapshot works, beyond what its table says. Immutable.</summary>
public sealed record SnapshotOptions
{
    private static readonly SnapshotPolicy Defaults = new();

    /// <summary>What messages, logs and the identity call the snapshot; null: <c>snapshot:</c> and a number.</summary>
    public string? Name { get; init; }

    /// <summary>Who pays when what the snapshot shows cannot be kept. Default: the snapshot, as in
    /// dm-snapshot.</summary>
    public SnapshotFailurePolicy OnFailure { get; init; }

    /// <summary>The most chunks that are on their way into the store at once; writes that need more wait. Default
    /// 2,048; at least 1. As dm-snapshot's <c>snapshot_cow_threshold</c>.</summary>
    public int MaxPending
    {
        get;
        init => field = value >= 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "At least one chunk is on its way.");
    } = SnapshotPolicy.DefaultMaxPending;

    /// <summary>How full the store is when that is announced: percent, ascending, each 1 to 100. Default 80, 90,
    /// 95.</summary>
    public ImmutableArray<int> FillWarnings
    {
        get;
        init => field = !value.IsDefault && IsAscending(value)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), "Percentages ascend, and each is 1 to 100.");
    } = Defaults.FillWarnings;

    /// <summary>What becomes of a COW device without a store that holds something else. Default: it is refused.
    /// </summary>
    public StoreTrust StoreTrust { get; init; }

    /// <summary>Called with what happens to the snapshot, one call at a time, in order, on no thread of the caller's.
    /// Must return soon. Null: nothing.</summary>
    public Action<SnapshotNotice>? OnNotice { get; init; }

    internal SnapshotPolicy Policy => Defaults with
    {
        OnFailure = OnFailure,
        MaxPending = MaxPending,
        FillWarnings = FillWarnings,
    };

    private static bool IsAscending(ImmutableArray<int> percents) =>
        percents.All(percent => percent is >= 1 and <= 100)
        && percents.Zip(percents.Skip(1)).All(pair => pair.First < pair.Second);
}
