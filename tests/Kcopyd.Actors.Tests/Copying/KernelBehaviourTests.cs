using Kcopyd.Actors.Copying;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Core;
using Kcopyd.Core.Copying;
using Kcopyd.Devices;
using static Kcopyd.Actors.Tests.Copying.Devices;

namespace Kcopyd.Actors.Tests.Copying;

/// <summary>K1 to K11 of the kernel facts: one job, its pieces and its errors.</summary>
public sealed class KernelBehaviourTests
{
    private static readonly CopyOptions Kernel = CopyOptions.Default;

    [Fact]
    public void K1_one_sector_is_copied_and_completes_once() => CopySimulation.InManyOrders(simulation =>
    {
        var (client, target) = (simulation.Client(), Target(512));

        var completed = client.Run(Copy(simulation.On(Source(512)), simulation.On(target)));

        AssertGood(completed);
        AssertCopied(target);
        Assert.Single(client.Completions);
    });

    [Fact]
    public void K2_sixty_four_targets_are_equal_and_sixty_five_are_rejected() => CopySimulation.InManyOrders(
        simulation =>
        {
            var client = simulation.Client();
            var targets = Enumerable.Range(0, 65).Select(_ => Target(8192)).ToList();

            AssertGood(client.Run(Copy(Source(8192), targets.Take(64))));
            var rejection = client.Rejection(Copy(Source(8192), targets));

            Assert.All(targets.Take(64), target => AssertCopied(target));
            AssertCopied(targets[64], TargetSeed);
            Assert.Equal(CopyRejectionKind.TargetCount, rejection.Kind);
            Assert.Equal("A job has 1 to 64 targets, not 65.", rejection.Reason);
        },
        orders: 3);

    [Fact]
    public void K3_empty_copy_completes_through_the_queue_without_io() => CopySimulation.InManyOrders(simulation =>
    {
        var client = simulation.Client();
        var (source, target) = (new CountingBlockDevice(Source(512)), new CountingBlockDevice(Target(512)));
        var request = CopyRequest.Copy(Region(source, 0, 0), Region(target, 1, 0));

        AssertGood(client.Run(request));

        Assert.IsType<ClientMessage.CopyAccepted>(client.Inbox[0]);
        Assert.All(
            new[] { DeviceOperation.Read, DeviceOperation.Write, DeviceOperation.WriteZeroes, DeviceOperation.Flush },
            operation => Assert.Equal((0, 0), (source[operation].Begun, target[operation].Begun)));
    });

    [Theory]
    [InlineData(1024, "0+1024")]
    [InlineData(1025, "0+1024 1024+1")]
    [InlineData(2048, "0+1024 1024+1024")]
    public void K4_pieces_are_the_segment_size_and_the_remainder(int sectors, string pieces)
    {
        using var simulation = new CopySimulation();
        var target = Target(sectors * 512);
        var source = new RecordingBlockDevice(Source(sectors * 512));
        var request = Copy(source, target) with { Options = Kernel };

        AssertGood(simulation.Client().Run(request));

        var reads = source.Log.Find(DeviceLogPhase.Begun, DeviceOperation.Read).Select(entry => entry.Request.Range);
        Assert.Equal(pieces, string.Join(' ', reads.Order()));
        AssertCopied(target);
    }

    [Fact]
    public void K5_eight_reads_are_outstanding_and_no_more() => CopySimulation.InManyOrders(simulation =>
    {
        var source = CopySimulation.Gated(Source(100 * 4096));
        var target = Target(100 * 4096);
        var client = simulation.Client();

        var job = client.Start(Copy(source, target));

        Assert.Equal(
            Enumerable.Range(0, 8).Select(i => i * 8L), source.Waiting.Select(read => read.Range.Start).Order());
        simulation.Release(source.Waiting[3]);
        Assert.Equal(8, source.Waiting.Length);
        simulation.Open(source);
        AssertGood(client.Completion(job));
        AssertCopied(target);
    });

    [Fact]
    public void K6_read_error_stops_the_job_and_later_pieces_are_never_read() =>
        CopySimulation.InManyOrders(simulation =>
    {
        var counting = new CountingBlockDevice(
            new FaultyBlockDevice(
                Source(100 * 4096), DeviceFault.Within(DeviceOperation.Read, SectorRange.Create(16, 8))));
        var (source, target) = (CopySimulation.Gated(counting, DeviceOperation.Read), Target(100 * 4096));
        var client = simulation.Client();

        var job = client.Start(Copy(source, simulation.On(target)));
        simulation.Release(source.Waiting.Single(read => read.Range.Start == 16));
        simulation.Open(source);
        var completed = client.Completion(job);

        Assert.Equal((CopyOutcome.Failed, true, 0UL), (completed.Outcome, completed.ReadError, completed.WriteErrors));
        var failure = Assert.Single(completed.Details);
        Assert.Equal((CopyFailureKind.Read, null, 5), (failure.Kind, failure.Target, failure.Errno));
        Assert.Equal(SectorRange.Create(16, 8), failure.Range);
        Assert.Equal(8, counting[DeviceOperation.Read].Begun);
        AssertPages(target, ..2, SourceSeed);
        AssertPages(target, 3..8, SourceSeed);
        AssertPages(target, 8.., TargetSeed);
        client.AssertIdle();
    });

    [Fact]
    public void K7_ignored_read_error_writes_zeros_and_is_reported() => CopySimulation.InManyOrders(simulation =>
    {
        var bad = DeviceFault.Within(DeviceOperation.Read, SectorRange.Create(16, 8));
        var (source, target) = (new FaultyBlockDevice(Source(20 * 4096), bad), Target(20 * 4096));

        var completed = simulation.Client().Run(Copy(
            Pages with { IgnoreError = true }, simulation.On(source), simulation.On(target)));

        Assert.Equal((CopyOutcome.CompletedWithErrors, true), (completed.Outcome, completed.ReadError));
        Assert.Equal(SectorRange.Create(16, 8), Assert.Single(completed.Details).Range);
        AssertPages(target, ..2, SourceSeed);
        AssertPages(target, 3.., SourceSeed);
        Assert.All(Bytes(target)[8192..12288], value => Assert.Equal(0, value));
    });

    [Fact]
    public void K8_failing_target_leaves_the_others_correct() => CopySimulation.InManyOrders(simulation =>
    {
        var targets = Enumerable.Range(0, 3).Select(_ => Target(4096)).ToArray();
        var failing = new FaultyBlockDevice(targets[1], new DeviceFault(DeviceOperation.Write).Forever());

        var completed = simulation.Client().Run(Copy(
            simulation.On(Source(4096)), simulation.On(targets[0]), simulation.On(failing), targets[2]));

        Assert.Equal((false, 0b010UL), (completed.ReadError, completed.WriteErrors));
        AssertCopied(targets[0]);
        AssertCopied(targets[1], TargetSeed);
        AssertCopied(targets[2]);
        Assert.Equal(
            [CopyTargetState.Good, CopyTargetState.Failed, CopyTargetState.Good],
                completed.Targets.Select(t => t.State));
    });

    [Fact]
    public void K9_piece_that_could_not_be_read_is_not_written() => CopySimulation.InManyOrders(simulation =>
    {
        var target = new CountingBlockDevice(Target(4096));
        var source = new FaultyBlockDevice(Source(4096), new DeviceFault(DeviceOperation.Read));

        var completed = simulation.Client().Run(Copy(simulation.On(source), target));

        Assert.Equal((CopyOutcome.Failed, true, 0UL), (completed.Outcome, completed.ReadError, completed.WriteErrors));
        Assert.Equal(0, target[DeviceOperation.Write].Begun);
    });

    [Fact]
    public void K10_sequential_writes_are_ascending_though_reads_end_in_reverse() => CopySimulation.InManyOrders(
        simulation =>
        {
            var (memory, source) = (Target(16 * 4096), CopySimulation.Gated(Source(16 * 4096)));
            var target = new RecordingBlockDevice(memory);
            var client = simulation.Client();

            var job = client.Start(Copy(Pages with { WriteSequential = true }, source, simulation.On(target)));
            while (!source.Waiting.IsEmpty)
            {
                simulation.Release(source.Waiting[^1]);
            }

            AssertGood(client.Completion(job));
            var writes = target.Log.Entries.Where(entry => entry.Request.Operation == DeviceOperation.Write);
            Assert.Equal(
                Enumerable.Range(0, 32).Select(i =>
                    (i / 2 * 8L, i % 2 == 0 ? DeviceLogPhase.Begun : DeviceLogPhase.Completed)),
                writes.Select(entry => (entry.Request.Range.Start, entry.Phase)));
            AssertCopied(memory);
        });

    [Fact]
    public void K10_sequential_job_does_not_ignore_errors() => CopySimulation.InManyOrders(simulation =>
    {
        var bad = DeviceFault.Within(DeviceOperation.Read, SectorRange.Create(16, 8));
        var target = Target(20 * 4096);
        var options = Pages with { WriteSequential = true, IgnoreError = true };

        var completed = simulation.Client().Run(Copy(
            options, simulation.On(new FaultyBlockDevice(Source(20 * 4096), bad)), simulation.On(target)));

        Assert.Equal((CopyOutcome.Failed, true), (completed.Outcome, completed.ReadError));
        AssertPages(target, 2.., TargetSeed);
    });

    [Fact]
    public void K11_sequential_write_error_stops_the_writes_behind_it() => CopySimulation.InManyOrders(simulation =>
    {
        var target = new CountingBlockDevice(
            new FaultyBlockDevice(Target(20 * 4096), new DeviceFault(DeviceOperation.Write)));

        var completed = simulation.Client().Run(Copy(
            Pages with { WriteSequential = true }, simulation.On(Source(20 * 4096)), simulation.On(target)));

        Assert.Equal((CopyOutcome.Failed, 1UL), (completed.Outcome, completed.WriteErrors));
        Assert.Equal(1, target[DeviceOperation.Write].Begun);
    });
}
