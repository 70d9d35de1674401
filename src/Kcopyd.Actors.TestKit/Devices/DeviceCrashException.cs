namespace Kcopyd.Actors.TestKit.Devices;

/// <summary>What a defective device throws: not a <see cref="Kcopyd.Devices.DeviceException"/>, so nobody has an answer
/// for it.</summary>
/// <param name="message">The request that it was thrown for.</param>
public sealed class DeviceCrashException(string message) : Exception(message);
