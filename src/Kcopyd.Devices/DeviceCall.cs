namespace Kcopyd.Devices;

/// <summary>What a call on a device is called, should it be refused.</summary>
internal readonly record struct DeviceCall(string Device, DeviceOperation Operation);
