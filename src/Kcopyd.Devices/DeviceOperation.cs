namespace Kcopyd.Devices;

/// <summary>What was asked of a device when it failed.</summary>
public enum DeviceOperation
{
    /// <summary>Opening it, or finding out what it is.</summary>
    Open,

    /// <summary>Reading.</summary>
    Read,

    /// <summary>Writing.</summary>
    Write,

    /// <summary>Writing zeros.</summary>
    WriteZeroes,

    /// <summary>Discarding.</summary>
    Discard,

    /// <summary>Flushing.</summary>
    Flush,

    /// <summary>Asking for block status.</summary>
    BlockStatus,

    /// <summary>Changing its size.</summary>
    Resize,

    /// <summary>Confirming that its name still leads to it.</summary>
    Confirm,

    /// <summary>Removing the name of a file.</summary>
    Remove,
}
