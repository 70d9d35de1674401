namespace Kcopyd.Devices;

/// <summary>How durable a write is when it completes.</summary>
public enum WriteDurability
{
    /// <summary>Durable after the next good flush.</summary>
    Cached,

    /// <summary>Durable on completion (FUA).</summary>
    Durable,
}
