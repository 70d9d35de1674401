namespace Kcopyd.Core.Tests.Snapshots;

/// <summary>Tests that measure the memory of the process run alone.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class MemoryCollection
{
    public const string Name = "Memory";
}
