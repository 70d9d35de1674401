namespace Kcopyd.Interop.Tests.Kernel;

/// <summary>What a run of a snapshot printed and left.</summary>
internal sealed record RelayOutcome(string[] Lines, byte[] Origin, byte[] Store)
{
    public void AssertSame(string what, RelayOutcome other)
    {
        Assert.Equal((what, string.Join('\n', other.Lines)), (what, string.Join('\n', Lines)));
        SnapshotExpectation.AssertSame($"{what}: the origin", other.Origin, Origin);
        SnapshotExpectation.AssertSame($"{what}: the store", other.Store, Store);
    }
}
