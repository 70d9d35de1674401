namespace Kcopyd.Actors.TestKit.Devices;

/// <summary>What a fault does to the request that it hits.</summary>
public enum DeviceFaultEffect
{
    /// <summary>The request fails with a <see cref="Kcopyd.Devices.DeviceException"/>.</summary>
    Fail,

    /// <summary>The device throws what no device may throw, before it returns a task: a defect.</summary>
    CrashOnCall,

    /// <summary>The device returns a task that fails with what no device may throw: a defect.</summary>
    CrashLater,
}
