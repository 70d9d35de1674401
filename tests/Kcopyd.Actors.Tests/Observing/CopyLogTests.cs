using Kcopyd.Actors.Copying;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Core;
using Kcopyd.Devices;
using Microsoft.Extensions.Logging;
using static Kcopyd.Actors.Tests.Copying.Devices;

namespace Kcopyd.Actors.Tests.Observing;

/// <summary>What a client logs, under which id.</summary>
public sealed class CopyLogTests : Akka.TestKit.Xunit2.TestKit
{
    private const int Length = 20 * 4096;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly RecordingLoggerFactory _log = new();

    [Fact]
    public async Task Job_is_logged_when_it_is_accepted_and_when_it_ends()
    {
        await RunAsync(Source(Length), Target(Length));

        var events = _log.Events.Select(one => (one.Event.Id, one.Event.Name));
        Assert.Equal([(1000, "JobAccepted"), (1002, "JobEnded")], events);
        Assert.All(_log.Events, one => Assert.Equal(LogLevel.Debug, one.Level));
        Assert.Equal("night was accepted: Copy of 160 sectors to 1 targets", _log.Single(1000).Text);
        Assert.StartsWith("night ended as Completed after ", _log.Single(1002).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Write_that_fails_is_logged_with_its_target_and_reason()
    {
        var bad = new FaultyBlockDevice(Target(Length), new DeviceFault(DeviceOperation.Write) { Reason = "worn out" });

        await RunAsync(Source(Length), Target(Length), bad);

        var failed = _log.Single(1005);
        Assert.Equal(("WriteFailed", LogLevel.Warning), (failed.Event.Name, failed.Level));
        Assert.StartsWith("night could not write to target 1: ", failed.Text, StringComparison.Ordinal);
        Assert.Contains("worn out", failed.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(DeviceFaultEffect.CrashOnCall)]
    [InlineData(DeviceFaultEffect.CrashLater)]
    public async Task Crash_of_a_worker_is_logged_with_its_segment_and_attempt(DeviceFaultEffect effect)
    {
        var fault = DeviceFault.Within(DeviceOperation.Read, SectorRangeOfPage(3)) with { Effect = effect, Times = 1 };

        AssertGood(await RunAsync(new FaultyBlockDevice(Source(Length), fault), Target(Length)));

        var lost = _log.Single(1004);
        Assert.Equal(("WorkerLost", LogLevel.Warning), (lost.Event.Name, lost.Level));
        Assert.StartsWith("night lost the work on segment 3, attempt ", lost.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rejection_and_a_callback_that_throws_are_logged()
    {
        await using var client = await CreateAsync();
        await Assert.ThrowsAsync<CopyRejectedException>(() => client.StartAsync(Copy(Source(Length), Target(512))));
        var cause = new InvalidOperationException("callback");

        var job = await client.StartAsync(Copy(Source(Length), Target(Length)), _ => throw cause).WaitAsync(Patience);
        await job.Completion.WaitAsync(Patience);

        Assert.Equal(("JobRejected", LogLevel.Information), (_log.Single(1001).Event.Name, _log.Single(1001).Level));
        Assert.Equal(("CallbackFailed", LogLevel.Error), (_log.Single(1007).Event.Name, _log.Single(1007).Level));
        Assert.Same(cause, _log.Single(1007).Cause);
    }

    private static SectorRange SectorRangeOfPage(int page) => SectorRange.Create(page * 8, 8);

    private Task<KcopydClient> CreateAsync() =>
        KcopydClient.CreateAsync(Sys, new KcopydClientOptions { LoggerFactory = _log });

    private async Task<CopyCompleted> RunAsync(IBlockDevice source, params IBlockDevice[] targets)
    {
        await using var client = await CreateAsync();
        return await client.CopyAsync(Copy(source, targets) with { Name = "night" }).WaitAsync(Patience);
    }
}
