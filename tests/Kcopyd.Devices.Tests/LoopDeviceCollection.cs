namespace Kcopyd.Devices.Tests;

/// <summary>Tests that attach loop devices, by turns and alone.</summary>
/// <remarks>
/// None takes the loop device that another has just given back; and no program started by another test has, until it
/// begins, a copy of a handle that was just closed here and would still hold its device.
/// </remarks>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class LoopDeviceCollection
{
    public const string Name = "loop devices";
}
