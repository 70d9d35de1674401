namespace Kcopyd.Actors.Copying;

/// <summary>What became of a target.</summary>
public enum CopyTargetState
{
    /// <summary>It has everything that was asked for, as far as the job got.</summary>
    Good,

    /// <summary>It had an error; what it holds is undefined where the failures say.</summary>
    Failed,

    /// <summary>It had an error and got nothing further.</summary>
    Dropped,
}
