namespace Kcopyd.Actors.Tests.Mirrors;

/// <summary>Tests that attach loop devices, by turns and alone: none takes the loop device that another has just given
/// back.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class LoopDeviceCollection
{
    public const string Name = "loop devices";
}
