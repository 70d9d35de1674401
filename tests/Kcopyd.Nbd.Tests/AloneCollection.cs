namespace Kcopyd.Nbd.Tests;

/// <summary>Tests of what the whole process does: its memory, its instruments, exceptions that nobody observes. No
/// other test runs beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "alone";
}
