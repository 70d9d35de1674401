namespace Kcopyd.Interop.Tests;

/// <summary>Tests of figures of the whole process, which run while no other test does.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "alone in the process";
}
