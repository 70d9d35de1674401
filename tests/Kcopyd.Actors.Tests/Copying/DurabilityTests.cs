using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Core;
using Kcopyd.Core.Copying;
using Kcopyd.Devices;
using static Kcopyd.Actors.Tests.Copying.Devices;

namespace Kcopyd.Actors.Tests.Copying;

/// <summary>Flushing, write epochs, and what is compared afterwards.</summary>
public sealed class DurabilityTests
{
    private const int Length = 20 * 4096;

    [Fact]
    public void Plain_copy_flushes_nothing_and_claims_nothing() => CopySimulation.InManyOrders(simulation =>
    {
        var target = new CountingBlockDevice(Target(Length));

        var completed = simulation.Client().Run(Copy(Source(Length), simulation.On(target)));

        AssertGood(completed);
        Assert.Equal((0, 0), (target[DeviceOperation.Flush].Begun, completed.Targets[0].BytesFlushed));
    });

    [Fact]
    public void Plain_copy_is_not_done_where_the_target_knows_that_it_lost_something() =>
        CopySimulation.InManyOrders(simulation =>
        {
            var target = new FaultyBlockDevice(Target(Length));
            var source = new TellingSource(Source(Length), target.EndWriteEpoch);

            var completed = simulation.Client().Run(Copy(simulation.On(source), simulation.On(target)));

            Assert.Equal(CopyOutcome.Failed, completed.Outcome);
            Assert.Equal(CopyFailureKind.Flush, Assert.Single(completed.Details).Kind);
        });

    [Fact]
    public void Comparison_loses_nothing() => CopySimulation.InManyOrders(simulation =>
    {
        var target = new FaultyBlockDevice(Target(Length));
        AssertGood(simulation.Client().Run(Copy(Source(Length), simulation.On(target))));
        var source = new TellingSource(Source(Length), target.EndWriteEpoch);

        AssertGood(simulation.Client().Run(Verify(simulation.On(source), simulation.On(target))));
    });

    [Fact]
    public void Flush_comes_after_the_last_write_to_each_target() => CopySimulation.InManyOrders(simulation =>
    {
        var log = new DeviceLog();
        var targets = Enumerable.Range(0, 2).Select(i =>
            simulation.On(new RecordingBlockDevice(Target(Length), log, $"{i}")));

        var completed = simulation.Client().Run(Copy(
            Pages with { Flush = true }, simulation.On(Source(Length)), targets.ToList()));

        AssertGood(completed);
        Assert.All(completed.Targets, target =>
            Assert.Equal((Length, Length), (target.BytesWritten, target.BytesFlushed)));
        Assert.All(new[] { "0", "1" }, name => log.DemandBefore(
            entry => entry.Is(DeviceLogPhase.Completed, DeviceOperation.Write, name),
            entry => entry.Is(DeviceLogPhase.Begun, DeviceOperation.Flush, name)));
    });

    [Fact]
    public void Failed_flush_fails_the_job_and_is_not_tried_again() => CopySimulation.InManyOrders(simulation =>
    {
        var bad = new CountingBlockDevice(
            new FaultyBlockDevice(Target(Length), new DeviceFault(DeviceOperation.Flush)));

        var completed = simulation.Client().Run(Copy(
            Pages with { Flush = true }, Source(Length), simulation.On(Target(Length)), simulation.On(bad)));

        Assert.Equal((CopyOutcome.Failed, 2UL), (completed.Outcome, completed.WriteErrors));
        Assert.Equal(CopyFailureKind.Flush, Assert.Single(completed.Details).Kind);
        Assert.Equal([Length, 0], completed.Targets.Select(target => target.BytesFlushed));
        Assert.Equal(1, bad[DeviceOperation.Flush].Begun);
    });

    [Fact]
    public void Write_epoch_that_ended_while_copying_fails_the_flush() => CopySimulation.InManyOrders(simulation =>
    {
        var target = new FaultyBlockDevice(Target(Length));
        var source = CopySimulation.Gated(Source(Length));
        var client = simulation.Client();
        var job = client.Start(Copy(Pages with { Flush = true }, source, simulation.On(target)));

        simulation.Release(source.Waiting[0]);
        target.EndWriteEpoch();
        simulation.Open(source);

        var completed = client.Completion(job);
        Assert.Equal((CopyOutcome.Failed, 1UL, 0L),
            (completed.Outcome, completed.WriteErrors, completed.Targets[0].BytesFlushed));
        Assert.Contains("unflushed writes lost", completed.Details[0].Reason, StringComparison.Ordinal);
    });

    [Fact]
    public void Target_whose_flush_fails_is_dropped_and_the_others_are_durable() =>
        CopySimulation.InManyOrders(simulation =>
    {
        var bad = new FaultyBlockDevice(Target(Length), new DeviceFault(DeviceOperation.Flush));
        var options = Pages with { Verify = true, OnTargetError = OnTargetError.Drop };

        var completed = simulation.Client().Run(Copy(options, Source(Length), bad, simulation.On(Target(Length))));

        Assert.Equal((CopyOutcome.CompletedWithErrors, 1UL), (completed.Outcome, completed.WriteErrors));
        Assert.Equal([0, Length], completed.Targets.Select(target => target.BytesFlushed));
    });

    [Fact]
    public void Verification_finds_what_a_device_corrupted() => CopySimulation.InManyOrders(simulation =>
    {
        var (good, bad) = (Target(Length), Target(Length));
        var corrupting = CopySimulation.Gated(bad, DeviceOperation.Flush);
        var client = simulation.Client();
        var job = client.Start(Copy(Pages with { Verify = true }, simulation.On(Source(Length)), good, corrupting));
        bad.Write(100 * 512 + 7, "corrupt"u8, WriteDurability.Cached);
        bad.Write(102 * 512, "corrupt"u8, WriteDurability.Cached);

        simulation.Open(corrupting);

        var completed = client.Completion(job);
        Assert.Equal((CopyOutcome.Failed, false, 2UL), (completed.Outcome, completed.ReadError, completed.WriteErrors));
        var failure = Assert.Single(completed.Details);
        Assert.Equal((CopyFailureKind.Mismatch, 1), (failure.Kind, failure.Target));
        Assert.Equal(SectorRange.Create(100, 3), failure.Range);
        Assert.Contains($"first at byte {100 * 512 + 7}.", failure.Reason, StringComparison.Ordinal);
    });

    [Fact]
    public void Verification_finds_a_difference_in_the_odd_tail() => CopySimulation.InManyOrders(simulation =>
    {
        var (source, target) = (Source(8192 + 100), Source(8192 + 100));
        target.Write(8192 + 99, [(byte)~Bytes(target)[^1]], WriteDurability.Cached);

        var completed = simulation.Client().Run(Verify(simulation.On(source), simulation.On(target)));

        Assert.Equal(CopyOutcome.Failed, completed.Outcome);
        Assert.Equal(SectorRange.Create(16, 1), Assert.Single(completed.Details).Range);
    });

    [Fact]
    public void Verification_alone_writes_nothing_and_tells_every_difference() =>
        CopySimulation.InManyOrders(simulation =>
    {
        var target = Source(Length);
        target.Write(0, [(byte)~Bytes(target)[0]], WriteDurability.Cached);
        target.Write(Length - 1, [(byte)~Bytes(target)[^1]], WriteDurability.Cached);
        var counting = new CountingBlockDevice(target);

        var completed = simulation.ClientOfPages(2).Run(Verify(simulation.On(Source(Length)), simulation.On(counting)));

        Assert.Equal([0L, Length / 512 - 1], completed.Details.Select(failure => failure.Range.Start).Order());
        Assert.Equal((0, 0, 1),
            (counting[DeviceOperation.Write].Begun, counting[DeviceOperation.Flush].Begun, counting.CacheDrops));
    });

    [Fact]
    public void Verification_drops_caches_after_the_flush_and_before_it_reads() =>
        CopySimulation.InManyOrders(simulation =>
    {
        var (source, target) = (new CountingBlockDevice(Source(Length)), new CountingBlockDevice(Target(Length)));

        AssertGood(simulation.Client().Run(Copy(
            Pages with { Verify = true }, simulation.On(source), simulation.On(target))));

        Assert.Equal((1, 1), (source.CacheDrops, target.CacheDrops));
        Assert.Equal(Length, target[DeviceOperation.Read].Bytes);
    });

    [Fact]
    public void Zeroed_targets_are_verified_to_be_zero() => CopySimulation.InManyOrders(simulation =>
    {
        var (good, bad) = (Target(Length), Target(Length));
        var corrupting = CopySimulation.Gated(bad, DeviceOperation.Flush);
        var client = simulation.Client();
        var job = client.Start(Zero(Pages with { Verify = true }, good, corrupting));
        bad.Write(512 * 3, [1], WriteDurability.Cached);

        simulation.Open(corrupting);

        var completed = client.Completion(job);
        Assert.Equal((CopyOutcome.Failed, 2UL), (completed.Outcome, completed.WriteErrors));
        Assert.Equal(SectorRange.Create(3, 1), Assert.Single(completed.Details).Range);
    });

    /// <summary>Tells of its second read, when something may have been written.</summary>
    private sealed class TellingSource(IBlockDevice inner, Action tell) : DelegatingBlockDevice(inner)
    {
        private int _reads;

        public override ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
        {
            if (Interlocked.Increment(ref _reads) == 2)
            {
                tell();
            }

            return base.ReadAsync(offset, buffer, cancellationToken);
        }
    }
}
