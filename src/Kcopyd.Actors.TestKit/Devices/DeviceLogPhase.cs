namespace Kcopyd.Actors.TestKit.Devices;

/// <summary>What happened to a request.</summary>
public enum DeviceLogPhase
{
    /// <summary>It was asked.</summary>
    Begun,

    /// <summary>It was done.</summary>
    Completed,

    /// <summary>It failed or was cancelled.</summary>
    Failed,

    /// <summary>No request: the test said that something happened.</summary>
    Marked,
}
