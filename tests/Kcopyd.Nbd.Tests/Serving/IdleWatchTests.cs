using Kcopyd.Nbd.Protocol;
using Kcopyd.Nbd.Serving;

namespace Kcopyd.Nbd.Tests.Serving;

public sealed class IdleWatchTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(50);

    private readonly SocketPair _pair = new();
    private readonly SocketPair _other = new();

    public void Dispose()
    {
        _pair.Dispose();
        _other.Dispose();
    }

    [Fact]
    public async Task Connection_without_a_request_is_ended_once()
    {
        var ended = new TaskCompletionSource();
        using var watch = new IdleWatch(Short, _pair.Client, ended.SetResult);

        await ended.Task.WaitAsync(Limit);

        Assert.True(watch.HasEnded);
    }

    [Fact]
    public async Task Connection_with_a_request_under_way_is_not_ended_until_that_is_answered()
    {
        _pair.Client.Began();
        var ended = new TaskCompletionSource();
        using var watch = new IdleWatch(Short, _pair.Client, ended.SetResult);
        for (var i = 0; i < 3; i++)
        {
            await UntilAnotherEndsAsync();
        }

        Assert.False(watch.HasEnded);
        watch.Begin();
        _pair.Client.Answered(new NbdRequestHeader(NbdCommandFlags.None, NbdCommand.Read, 0, 0, 512), null);

        await ended.Task.WaitAsync(Limit);
    }

    private async Task UntilAnotherEndsAsync()
    {
        var ended = new TaskCompletionSource();
        using var watch = new IdleWatch(Short, _other.Client, ended.SetResult);
        await ended.Task.WaitAsync(Limit);
    }
}
