namespace Kcopyd.Devices;

/// <summary>What a device is opened for.</summary>
public enum BlockDeviceAccess
{
    /// <summary>Reading; shared with other readers.</summary>
    Read,

    /// <summary>Reading and writing; exclusive.</summary>
    ReadWrite,
}
