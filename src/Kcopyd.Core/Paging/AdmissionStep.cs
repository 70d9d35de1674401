namespace Kcopyd.Core.Paging;

/// <summary>What the head of the queue gets.</summary>
public enum AdmissionStep
{
    /// <summary>Nobody waits.</summary>
    Idle,

    /// <summary>It is let in.</summary>
    Granted,

    /// <summary>It has to wait until pages come back.</summary>
    NoPages,

    /// <summary>It has to wait for the throttle.</summary>
    Throttled,
}
