namespace Kcopyd.Core.Snapshots;

/// <summary>The features that a snapshot's table may ask for.</summary>
[Flags]
public enum SnapshotFeatures
{
    /// <summary>None: the snapshot takes no discards.</summary>
    None = 0,

    /// <summary><c>discard_zeroes_cow</c>: a discarded chunk that is in the store becomes zeros there.</summary>
    DiscardZeroesCow = 1,

    /// <summary><c>discard_passdown_origin</c>: a discard goes to the origin's device too. Needs
    /// <see cref="DiscardZeroesCow"/>.</summary>
    DiscardPassdownOrigin = 2,
}
