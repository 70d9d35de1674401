using Kcopyd.Cli.Execution;
using Kcopyd.Devices;

namespace Kcopyd.Cli.Tests.Execution;

public sealed class ContinuedRunsTests
{
    private readonly List<bool> _wereFirst = [];

    [Fact]
    public async Task One_run_is_the_rule()
    {
        Assert.Equal(ExitCodes.Refused, await RunAsync(() => (ExitCodes.Refused, false)));
        Assert.Equal([true], _wereFirst);
    }

    [Fact]
    public async Task Runs_follow_each_other_as_long_as_the_job_goes_on()
    {
        var left = 3;

        Assert.Equal(ExitCodes.Done, await RunAsync(() => left-- > 0 ? (1, true) : (ExitCodes.Done, false)));

        Assert.Equal([true, false, false, false], _wereFirst);
    }

    [Fact]
    public async Task What_was_begun_is_not_refused_any_more()
    {
        Assert.Equal(
            ExitCodes.EndedWithErrors,
            await RunAsync(() => _wereFirst.Count == 1 ? (1, true) : (ExitCodes.Refused, false)));
        _wereFirst.Clear();
        Assert.Equal(
            ExitCodes.EndedWithErrors, await RunAsync(() => _wereFirst.Count == 1 ? (1, true) : throw Away()));
    }

    [Fact]
    public async Task First_run_is_refused_as_ever()
    {
        await Assert.ThrowsAsync<DeviceException>(() => RunAsync(() => throw Away()));
        await Assert.ThrowsAsync<RefusedException>(() => RunAsync(() => throw new RefusedException("no")));
    }

    private static DeviceException Away() =>
        new("nbd://host/disk", DeviceOperation.Open, DeviceErrorKind.NotFound, "there is no such socket");

    private Task<int> RunAsync(Func<(int Code, bool GoesOn)> run) =>
        new ContinuedRuns("kcopyd resume job").RunAsync(
            isFirst =>
            {
                _wereFirst.Add(isFirst);
                return Task.FromResult(run());
            });
}
