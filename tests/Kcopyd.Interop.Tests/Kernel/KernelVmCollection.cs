namespace Kcopyd.Interop.Tests.Kernel;

/// <summary>Tests that boot a machine one after the other. Two machines run at a time: the other one is for the class
/// that takes longest, <see cref="SnapshotKernelTests"/>.</summary>
[CollectionDefinition(Name)]
public sealed class KernelVmCollection
{
    public const string Name = "kernel in a virtual machine";
}
