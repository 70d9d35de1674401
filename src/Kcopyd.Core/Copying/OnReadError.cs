namespace Kcopyd.Core.Copying;

/// <summary>What an unreadable source means for its job.</summary>
public enum OnReadError
{
    /// <summary>As in the kernel: nothing further is issued, and the job fails.</summary>
    Fail,

    /// <summary>Read block by block, write zeros for what is unreadable, and list those ranges.</summary>
    Salvage,
}
