namespace Kcopyd.Devices.Tests;

/// <summary>Tests that attach loop devices by turns, so that none takes the one that another has just given back.</summary>
[CollectionDefinition(Name)]
public sealed class LoopDeviceCollection
{
    public const string Name = "loop devices";
}
