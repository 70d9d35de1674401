using Kcopyd.Actors.Copying;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Core;
using Kcopyd.Core.Copying;
using Kcopyd.Devices;
using static Kcopyd.Actors.Tests.Copying.Devices;

namespace Kcopyd.Actors.Tests.Observing;

/// <summary>What the engine's meter tells of a job.</summary>
/// <remarks>Measurements have no job's name: the tests know theirs by a length that no other test has.</remarks>
[Collection(InstrumentsCollection.Name)]
public sealed class CopyMetricsTests : Akka.TestKit.Xunit2.TestKit
{
    private const int PagesOfJob = 13;

    private const int Length = PagesOfJob * 4096;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static readonly CopyOptions OneSegment = new() { SegmentSize = 64.KiB };

    [Fact]
    public async Task Bytes_are_counted_once_for_the_source_and_once_for_every_target()
    {
        await using var client = await KcopydClient.CreateAsync(Sys);
        using var recorder = new InstrumentRecorder();

        await RunAsync(client, Source(Length), Target(Length), Target(Length));

        Assert.Single(recorder.Of("kcopyd.job.bytes_read"), one => one is { Value: Length, Unit: "By" });
        var written = recorder.Of("kcopyd.job.bytes_written");
        Assert.Equal(2, written.Count(one => one is { Value: Length, Unit: "By" }));
    }

    [Fact]
    public async Task Bytes_that_were_zeroed_count_as_written()
    {
        await using var client = await KcopydClient.CreateAsync(Sys);
        using var recorder = new InstrumentRecorder();

        AssertGood(await client.ZeroAsync(Zero(OneSegment, Target(Length))).WaitAsync(Patience));

        Assert.Single(recorder.Of("kcopyd.job.bytes_written"), one => one.Value == Length);
        Assert.DoesNotContain(recorder.Of("kcopyd.job.bytes_read"), one => one.Value == Length);
    }

    [Theory]
    [InlineData(false, CopyOutcome.Completed)]
    [InlineData(true, CopyOutcome.Failed)]
    public async Task Job_is_counted_and_timed_with_its_outcome(bool fails, CopyOutcome outcome)
    {
        await using var client = await KcopydClient.CreateAsync(Sys);
        using var recorder = new InstrumentRecorder();
        var source = new FaultyBlockDevice(Source(Length), new DeviceFault(DeviceOperation.Read).Forever());

        var completed = await RunAsync(client, fails ? source : Source(Length), Target(Length));

        Assert.Equal(outcome, completed.Outcome);
        var counted = recorder.Of("kcopyd.job.completed");
        Assert.Contains(counted, one => one.Outcome == outcome.ToString() && one is { Value: 1, Unit: "{job}" });
        var seconds = completed.Elapsed.TotalSeconds;
        var timed = Assert.Single(recorder.Of("kcopyd.job.duration"), one => one.Value == seconds);
        Assert.Equal((outcome.ToString(), "s"), (timed.Outcome, timed.Unit));
    }

    [Fact]
    public async Task Job_that_is_cancelled_in_the_queue_is_counted_as_cancelled()
    {
        await using var client = await KcopydClient.CreateAsync(Sys, new KcopydClientOptions { ActiveJobs = 1 });
        using var recorder = new InstrumentRecorder();
        var source = new GatedBlockDevice(Source(Length));
        var running = await client.StartAsync(Copy(OneSegment, source, Target(Length))).WaitAsync(Patience);
        var queued = await client.StartAsync(Copy(OneSegment, source, Target(Length))).WaitAsync(Patience);

        await queued.CancelAsync().WaitAsync(Patience);

        Assert.Contains(recorder.Of("kcopyd.job.completed"), one => one.Outcome == nameof(CopyOutcome.Cancelled));
        source.OpenGate();
        AssertGood(await running.Completion.WaitAsync(Patience));
    }

    [Theory]
    [InlineData(DeviceFaultEffect.Fail)]
    [InlineData(DeviceFaultEffect.CrashOnCall)]
    [InlineData(DeviceFaultEffect.CrashLater)]
    public async Task Pages_taken_are_back_at_zero_after_good_and_bad_copies(DeviceFaultEffect effect)
    {
        await using var client = await KcopydClient.CreateAsync(Sys);
        using var recorder = new InstrumentRecorder();
        var fault = new DeviceFault(DeviceOperation.Write) { Effect = effect }.Forever();

        AssertGood(await RunAsync(client, Source(Length), Target(Length)));
        await RunAsync(client, Source(Length), new FaultyBlockDevice(Target(Length), fault));

        var taken = recorder.Of("kcopyd.client.pages_taken").Where(one => Math.Abs(one.Value) == PagesOfJob).ToList();
        Assert.Equal(0, taken.Sum(one => one.Value));
        Assert.True(taken.Count(one => one.Value > 0) >= 2, $"{taken.Count} measurements");
        Assert.All(taken, one => Assert.Equal("{page}", one.Unit));
    }

    /// <summary>Runs a copy until its pages are back.</summary>
    private static async Task<CopyCompleted> RunAsync(
        KcopydClient client, IBlockDevice source, params IBlockDevice[] targets)
    {
        var completed = await client.CopyAsync(Copy(OneSegment, source, targets)).WaitAsync(Patience);
        Assert.Equal(0, (await client.GetStatusAsync().WaitAsync(Patience)).TakenPages);
        return completed;
    }
}
