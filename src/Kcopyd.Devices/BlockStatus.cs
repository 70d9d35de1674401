namespace Kcopyd.Devices;

/// <summary>What a range of a device is.</summary>
public enum BlockStatus
{
    /// <summary>May hold anything: must be read.</summary>
    Data,

    /// <summary>Allocated, reads as zeros.</summary>
    Zero,

    /// <summary>Not allocated, reads as zeros.</summary>
    Hole,
}
