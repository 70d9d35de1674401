namespace Kcopyd.Core.Mirrors;

/// <summary>How a mirror meets failures, and how it recovers. Immutable.</summary>
public sealed record MirrorPolicy
{
    /// <summary>The fewest legs: with one there is nothing to mirror.</summary>
    public const int MinLegs = 2;

    /// <summary>The most legs, as in the kernel: a source and eight targets of one copy.</summary>
    public const int MaxLegs = 9;

    /// <summary>Most recoveries at a time that can be asked for.</summary>
    public const int MaxRecoveries = 64;

    /// <summary>Sectors of one recovery by default, 1 MiB: what a copy moves in one piece at full speed.</summary>
    public const long DefaultRecoverySectors = 2048;

    /// <summary>Feature <c>handle_errors</c>: failures of legs are reported, the default leg changes, and a write that
    /// not all legs have is held (or, with <see cref="KeepLog"/>, completed on the others).</summary>
    public bool HandleErrors { get; init; }

    /// <summary>Feature <c>keep_log</c>: a write that a leg did not take is complete; its region stays out of
    /// sync.</summary>
    public bool KeepLog { get; init; }

    /// <summary>Recoveries at a time, 1 to <see cref="MaxRecoveries"/>; default 4. The kernel has 1.</summary>
    public int Recoveries
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, MaxRecoveries);
            field = value;
        }
    } = 4;

    /// <summary>Sectors that one recovery covers where regions are smaller; at least 1, default
    /// <see cref="DefaultRecoverySectors"/>. A region is never split.</summary>
    /// <remarks>Writes to what is being recovered wait: more is faster and makes them wait longer.</remarks>
    public long RecoverySectors
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = DefaultRecoverySectors;

    /// <summary>Whether what one leg could not read is written back to it from another. Default true; the kernel never
    /// does.</summary>
    public bool RepairsReads { get; init; } = true;

    /// <summary>Whether a write that a leg did not take is neither completed nor failed until the mirror is
    /// suspended.</summary>
    public bool Holds => HandleErrors && !KeepLog;
}
