namespace Kcopyd.Actors.TestKit.Devices;

/// <summary>Devices were not used in the order that a test demands; the message holds the log.</summary>
/// <param name="message">What was missing, and the log.</param>
public sealed class DeviceLogException(string message) : Exception(message);
