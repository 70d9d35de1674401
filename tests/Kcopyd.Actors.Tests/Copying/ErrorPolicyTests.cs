using Kcopyd.Actors.Copying;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Core;
using Kcopyd.Core.Copying;
using Kcopyd.Devices;
using static Kcopyd.Actors.Tests.Copying.Devices;

namespace Kcopyd.Actors.Tests.Copying;

/// <summary>What becomes of a job whose devices fail, by its options.</summary>
public sealed class ErrorPolicyTests
{
    private const int Length = 20 * 4096;

    [Fact]
    public void Dropped_target_gets_nothing_more_and_the_others_are_finished() =>
        CopySimulation.InManyOrders(simulation =>
    {
        var (good, bad) = (Target(Length), Target(Length));
        var counting = new CountingBlockDevice(new FaultyBlockDevice(bad, DeviceFault.At(DeviceOperation.Write, 3)));
        var options = Pages with { OnTargetError = OnTargetError.Drop, InFlight = 1 };

        var completed = simulation.Client().Run(
            Copy(options, simulation.On(Source(Length)), counting, simulation.On(good)));

        Assert.Equal((CopyOutcome.CompletedWithErrors, 1UL), (completed.Outcome, completed.WriteErrors));
        Assert.Equal([CopyTargetState.Dropped, CopyTargetState.Good], completed.Targets.Select(target => target.State));
        AssertCopied(good);
        Assert.Equal(3, counting[DeviceOperation.Write].Begun);
        AssertPages(bad, 2.., TargetSeed);
        Assert.Equal([2L * 4096, Length], completed.Targets.Select(target => target.BytesWritten));
    });

    [Fact]
    public void Last_target_to_be_dropped_fails_the_job() => CopySimulation.InManyOrders(simulation =>
    {
        var targets = Enumerable.Range(1, 2).Select(number => simulation.On(new FaultyBlockDevice(
            Target(Length), DeviceFault.At(DeviceOperation.Write, number))));

        var completed = simulation.Client().Run(Copy(
            Pages with { OnTargetError = OnTargetError.Drop }, simulation.On(Source(Length)), targets));

        Assert.Equal((CopyOutcome.Failed, 3UL), (completed.Outcome, completed.WriteErrors));
        Assert.All(completed.Targets, target => Assert.Equal(CopyTargetState.Dropped, target.State));
    });

    [Fact]
    public void Sequential_job_goes_on_without_a_dropped_target() => CopySimulation.InManyOrders(simulation =>
    {
        var good = Target(Length);
        var bad = new CountingBlockDevice(
            new FaultyBlockDevice(Target(Length), DeviceFault.At(DeviceOperation.Write, 3)));
        var options = Pages with { OnTargetError = OnTargetError.Drop, WriteSequential = true, Digest = true };

        var completed = simulation.Client().Run(Copy(
            options, simulation.On(Source(Length)), simulation.On(bad), simulation.On(good)));

        Assert.Equal(CopyOutcome.CompletedWithErrors, completed.Outcome);
        Assert.Equal(3, bad[DeviceOperation.Write].Begun);
        AssertCopied(good);
    });

    [Fact]
    public void Ignored_write_errors_stop_nothing_and_are_all_reported() => CopySimulation.InManyOrders(simulation =>
    {
        var (bad, good) = (Target(Length), Target(Length));
        var faulty = new FaultyBlockDevice(
            bad, DeviceFault.Within(DeviceOperation.Write, SectorRange.Create(8, 8)),
            DeviceFault.Within(DeviceOperation.Write, SectorRange.Create(80, 8)));

        var completed = simulation.Client().Run(Copy(
            Pages with { IgnoreError = true }, simulation.On(Source(Length)), simulation.On(faulty),
                simulation.On(good)));

        Assert.Equal((CopyOutcome.CompletedWithErrors, 1UL, 2L),
            (completed.Outcome, completed.WriteErrors, completed.FailureCount));
        Assert.Equal([8L, 80L], completed.Details.Select(failure => failure.Range.Start).Order());
        Assert.Equal([Length - 8192, Length], completed.Targets.Select(target => target.BytesWritten));
        AssertPages(bad, 2..10, SourceSeed);
        AssertPages(bad, 11.., SourceSeed);
        AssertCopied(good);
    });

    [Fact]
    public void Salvage_zeroes_only_the_unreadable_sectors_and_lists_them() => CopySimulation.InManyOrders(simulation =>
    {
        var target = Target(Length);
        var source = new FaultyBlockDevice(
            Source(Length), DeviceFault.Within(DeviceOperation.Read, SectorRange.Create(10, 2)),
            DeviceFault.Within(DeviceOperation.Read, SectorRange.Create(100, 1)));
        var options = Pages with { OnReadError = OnReadError.Salvage, Verify = true };

        var completed = simulation.Client().Run(Copy(options, simulation.On(source), simulation.On(target)));

        Assert.Equal((CopyOutcome.CompletedWithErrors, true, 0UL),
            (completed.Outcome, completed.ReadError, completed.WriteErrors));
        Assert.Equal(
            [SectorRange.Create(10, 2), SectorRange.Create(100, 1)], completed.ZeroedRanges.Order());
        Assert.All(completed.Details, failure => Assert.Equal(CopyFailureKind.Read, failure.Kind));
        var expected = Pattern(Length, SourceSeed);
        expected.AsSpan(10 * 512, 1024).Clear();
        expected.AsSpan(100 * 512, 512).Clear();
        Assert.Equal(expected, Bytes(target));
    });

    [Fact]
    public void Salvage_reads_in_blocks_of_the_device() => CopySimulation.InManyOrders(simulation =>
    {
        var target = Target(Length);
        var bad = DeviceFault.Within(DeviceOperation.Read, SectorRange.Create(10, 1));
        var source = new LimitedBlockDevice(new FaultyBlockDevice(Source(Length), bad)) { LogicalBlockSize = 2048 };

        var completed = simulation.Client().Run(Copy(
            Pages with { OnReadError = OnReadError.Salvage }, simulation.On(source), target));

        Assert.Equal(SectorRange.Create(8, 4), Assert.Single(completed.ZeroedRanges));
    });

    [Fact]
    public void Salvage_that_lists_too_much_fails_the_job() => CopySimulation.InManyOrders(simulation =>
    {
        var faults = Enumerable.Range(0, 5).Select(i =>
            DeviceFault.Within(DeviceOperation.Read, SectorRange.Create(i * 4, 1)));
        var options = Pages with { OnReadError = OnReadError.Salvage, SalvageLimit = 4, InFlight = 1 };

        var completed = simulation.Client().Run(Copy(
            options, simulation.On(new FaultyBlockDevice(Source(Length), faults)), Target(Length)));

        Assert.Equal(CopyOutcome.Failed, completed.Outcome);
        var last = completed.Details[^1];
        Assert.Equal(CopyFailureKind.SalvageLimit, last.Kind);
        Assert.Equal("More than 4 ranges of the source are unreadable.", last.Reason);
    });

    [Fact]
    public void Salvage_of_a_transient_error_loses_nothing() => CopySimulation.InManyOrders(simulation =>
    {
        var target = Target(Length);
        var source = new FaultyBlockDevice(Source(Length), DeviceFault.At(DeviceOperation.Read, 2).Transient());

        AssertGood(simulation.Client().Run(Copy(
            Pages with { OnReadError = OnReadError.Salvage }, simulation.On(source), target)));

        AssertCopied(target);
    });

    [Fact]
    public void Failures_beyond_what_is_kept_are_counted()
    {
        using var simulation = new CopySimulation();
        var target = new FaultyBlockDevice(Target(1200 * 4096), new DeviceFault(DeviceOperation.Write).Forever());

        var completed = simulation.Client().Run(Copy(Pages with { IgnoreError = true }, Source(1200 * 4096), target));

        Assert.Equal((1200, CopyJobState.MaxFailures), (completed.FailureCount, completed.Details.Length));
    }

    [Fact]
    public void Source_that_vanished_fails_the_job() => CopySimulation.InManyOrders(simulation =>
    {
        var source = new FaultyBlockDevice(
            Source(Length), new DeviceFault(DeviceOperation.Confirm) { Kind = DeviceErrorKind.Vanished });

        var completed = simulation.Client().Run(Copy(simulation.On(source), Target(Length)));

        Assert.Equal(CopyOutcome.Failed, completed.Outcome);
        Assert.Equal((CopyFailureKind.Vanished, null), (completed.Details[0].Kind, completed.Details[0].Target));
    });

    [Fact]
    public void Target_that_vanished_fails_as_a_target_does() => CopySimulation.InManyOrders(simulation =>
    {
        var gone = new FaultyBlockDevice(
            Target(Length), new DeviceFault(DeviceOperation.Confirm) { Kind = DeviceErrorKind.Vanished });
        var request = Copy(
            Pages with { OnTargetError = OnTargetError.Drop }, Source(Length), simulation.On(gone), Target(Length));

        var completed = simulation.Client().Run(request);

        Assert.Equal((CopyOutcome.CompletedWithErrors, 1UL), (completed.Outcome, completed.WriteErrors));
    });
}
