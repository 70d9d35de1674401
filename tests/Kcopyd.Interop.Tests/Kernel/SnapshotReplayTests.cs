namespace Kcopyd.Interop.Tests.Kernel;

/// <summary>What our engine does, says and writes where the kernel did, said and wrote what the golden files tell.
/// </summary>
public sealed class SnapshotReplayTests
{
    // Stores are made where old ones were, so what is to be zeros was written.
    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(32)]
    public async Task Our_stores_are_those_of_the_kernel_to_the_byte(int chunkSectors)
    {
        await using var replay = SnapshotReplay.Begin();
        foreach (var golden in GoldenStore.Read(chunkSectors))
        {
            await replay.AssertAsync(golden);
        }
    }
}
