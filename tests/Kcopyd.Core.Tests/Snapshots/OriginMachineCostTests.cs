using Kcopyd.Core.Snapshots;

namespace Kcopyd.Core.Tests.Snapshots;

/// <summary>What the machine costs. Allocated bytes repeat exactly; work that grows with a square would not
/// end.</summary>
public sealed class OriginMachineCostTests
{
    [Fact]
    public void Write_that_every_snapshot_has_kept_already_allocates_little()
    {
        const int Writes = 1_000;
        var script = new MachineScript(1 << 20);
        SnapshotState[] snapshots = [script.Add(8), script.Add(8), script.Add(32)];
        script.Write(0, 2048);
        script.Write(0, 2048, snapshots[0]);
        script.Calm();
        var machine = script.Machine;

        Assert.InRange(BytesOf(machine, null, Writes), 0, 400 * Writes);
        Assert.InRange(BytesOf(machine, snapshots[0], Writes), 0, 400 * Writes);
    }

    [Fact]
    public void Write_of_very_many_chunks_is_work_for_each_of_them_once()
    {
        const int Chunks = 1 << 17;
        var script = new MachineScript(Chunks);
        var policy = new SnapshotPolicy { MaxPending = int.MaxValue };
        SnapshotState[] snapshots = [script.Add(1, policy: policy), script.Add(1, policy: policy)];
        var before = GC.GetAllocatedBytesForCurrentThread();

        script.Write(0, Chunks);
        script.Calm();

        Assert.All(snapshots, static snapshot => Assert.Equal(Chunks, snapshot.Map.Count));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2048L * Chunks);
    }

    [Fact]
    public void Many_writes_that_wait_for_one_chunk_are_looked_at_once_each()
    {
        const int Writes = 1 << 15;
        var script = new MachineScript(1 << 20);
        var snapshot = script.Add(8, policy: new SnapshotPolicy { MaxPending = 1 });
        for (var write = 0; write < Writes; write++)
        {
            script.Write(write % 2 == 0 ? 0 : 800, 1);
        }

        script.Calm();

        Assert.Equal(2, snapshot.Map.Count);
    }

    private static long BytesOf(OriginMachine machine, SnapshotState? snapshot, int writes)
    {
        SimulatedChunkRequest[] requests = [.. Enumerable.Range(0, 2 * writes).Select(number =>
            new SimulatedChunkRequest(ChunkRequestKind.Write, snapshot, SectorRange.Create(number % 2000, 4), number))];
        var before = 0L;
        for (var write = 0; write < requests.Length; write++)
        {
            // The first half warms up.
            before = write == writes ? GC.GetAllocatedBytesForCurrentThread() : before;
            machine.Submit(requests[write]);
            machine.Take();
            machine.Ended(requests[write], true);
            machine.Take();
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
