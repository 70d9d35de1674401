namespace Kcopyd.Interop.Tests.Kernel;

/// <summary>Tests that boot a machine, one after the other, as one machine runs at a time.</summary>
[CollectionDefinition(Name)]
public sealed class KernelVmCollection
{
    public const string Name = "kernel in a virtual machine";
}
