using Kcopyd.Core.Paging;

namespace Kcopyd.Core.Copying;

/// <summary>How a copy is done. Immutable; the defaults are the kernel's behaviour.</summary>
public sealed record CopyOptions
{
    /// <summary>The most targets of one job: one bit each in a 64-bit mask.</summary>
    public const int MaxTargets = 64;

    /// <summary>The largest segment. Beyond it nothing gets faster and a read error costs more.</summary>
    public static readonly ByteCount MaxSegmentSize = 64.MiB;

    /// <summary>The most segments in flight: 64 of 512 KiB keep any single device busy.</summary>
    public const int MaxInFlight = 64;

    /// <summary>All defaults.</summary>
    public static readonly CopyOptions Default = new();

    /// <summary>What one reader reads and its writers write at a time.</summary>
    /// <remarks>
    /// Default 512 KiB, as in the kernel. A multiple of 4 KiB, at most 64 MiB; more than the budget is refused.
    /// </remarks>
    public ByteCount SegmentSize
    {
        get;
        init => field = value.Value > 0 && value <= MaxSegmentSize && value.Value % PageBudget.PageSize == 0
            ? value
            : throw new ArgumentOutOfRangeException(
                nameof(value), value, "A segment is a multiple of 4 KiB, from 4 KiB to 64 MiB.");
    } = 512.KiB;

    /// <summary>How many segments of one job are in flight at most.</summary>
    /// <remarks>Default 8, as in the kernel. 1 to 64.</remarks>
    public int InFlight
    {
        get;
        init => field = value is >= 1 and <= MaxInFlight
            ? value
            : throw new ArgumentOutOfRangeException(
                nameof(value), value, $"1 to {MaxInFlight} segments are in flight.");
    } = 8;

    /// <summary>
    /// Whether errors stop nothing: what was not read is written as zeros. Every error is reported all the same.
    /// </summary>
    /// <remarks>Default false. Without effect together with <see cref="WriteSequential"/>, as in the kernel.</remarks>
    public bool IgnoreError { get; init; }

    /// <summary>
    /// Whether each target is written in ascending order, one segment after the other. Default false.
    /// </summary>
    public bool WriteSequential { get; init; }

    /// <summary>What a failing target means. Default: the job fails.</summary>
    public OnTargetError OnTargetError { get; init; }

    /// <summary>What an unreadable source means. Default: the job fails.</summary>
    public OnReadError OnReadError { get; init; }

    /// <summary>
    /// How many unreadable ranges a salvage may list before the job fails. Default 10,000; at least 1.
    /// </summary>
    public int SalvageLimit
    {
        get;
        init => field = value >= 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "A salvage lists at least one range.");
    } = 10_000;

    /// <summary>
    /// Whether zeros are written as zeros: holes are not read, and an all-zero segment becomes a write-zeroes. Default
    /// false.
    /// </summary>
    public bool Sparse { get; init; }

    /// <summary>
    /// Whether the targets are flushed before the job completes. Default false: no more promise than dd makes.
    /// </summary>
    public bool Flush { get; init; }

    /// <summary>
    /// Whether source and targets are read back and compared after the copy; flushes first. Default false.
    /// </summary>
    public bool Verify { get; init; }

    /// <summary>Whether a SHA-256 of what was read is computed. Default false.</summary>
    public bool Digest { get; init; }

    /// <summary>Whether errors are really ignored: not in a sequential job.</summary>
    public bool ErrorsAreIgnored => IgnoreError && !WriteSequential;

    /// <summary>Whether the targets are flushed at the end.</summary>
    public bool FlushesAtEnd => Flush || Verify;
}
