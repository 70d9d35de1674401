namespace Kcopyd.Core.Copying;

/// <summary>What a target that fails means for its job.</summary>
public enum OnTargetError
{
    /// <summary>As in the kernel: nothing further is issued, and the job fails.</summary>
    Fail,

    /// <summary>The target is dropped, the others are finished. The last target to fail fails the job.</summary>
    Drop,
}
