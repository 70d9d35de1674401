using Kcopyd.Devices;
using Kcopyd.Nbd.Protocol;
using Kcopyd.Nbd.Serving;

namespace Kcopyd.Nbd.Tests.Serving;

public sealed class ServedClientTests : IDisposable
{
    private readonly SocketPair _pair = new();

    public void Dispose() => _pair.Dispose();

    [Fact]
    public void Status_counts_what_was_answered_and_what_is_under_way()
    {
        var client = _pair.Client;
        var before = client.Status;
        Assert.Equal($"process {Environment.ProcessId}", before.Peer);
        Assert.Null(before.Export);
        Assert.False(before.IsEncrypted);

        client.Encrypted();
        client.Chose("disk");
        NbdCommand[] commands =
        [
            NbdCommand.Read, NbdCommand.Write, NbdCommand.WriteZeroes, NbdCommand.Trim, NbdCommand.Flush,
            NbdCommand.BlockStatus, NbdCommand.Read, NbdCommand.Write,
        ];
        Array.ForEach(commands, _ => client.Began());
        Assert.Equal((0, 8), (client.Status.Requests, client.Status.InFlight));
        for (var i = 0; i < commands.Length; i++)
        {
            client.Answered(new NbdRequestHeader(NbdCommandFlags.None, commands[i], 0, 0, 1u << i), null);
        }

        Assert.Equal(
            before with
            {
                Export = "disk",
                IsEncrypted = true,
                Requests = 8,
                BytesRead = 1 + 64,
                BytesWritten = 2 + 128,
            },
            client.Status);
    }

    [Theory]
    [InlineData(DeviceErrorKind.Io, true)]
    [InlineData(DeviceErrorKind.NoSpace, true)]
    [InlineData(DeviceErrorKind.ReadOnly, true)]
    [InlineData(DeviceErrorKind.UnflushedWritesLost, true)]
    [InlineData(DeviceErrorKind.InvalidRequest, false)]
    [InlineData(DeviceErrorKind.NotSupported, false)]
    [InlineData(DeviceErrorKind.Closed, false)]
    public void Request_that_failed_moves_no_bytes_and_is_told_where_it_was_the_device(
        DeviceErrorKind kind, bool isTold)
    {
        var client = _pair.Client;
        var cause = new DeviceException("disk", DeviceOperation.Write, kind, "no");
        client.Chose("disk");
        client.Began();

        client.Answered(new NbdRequestHeader(NbdCommandFlags.None, NbdCommand.Write, 0, 0, 512), cause);

        var status = client.Status;
        Assert.Equal((1, isTold ? 1 : 0, 0), (status.Requests, status.FailedRequests, status.BytesWritten));
        var expected = new NbdRequestFailure("disk", status.Peer, cause);
        Assert.Equal(isTold ? [expected] : [], _pair.Failures);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Cut_connection_with_a_request_under_way_is_not_waited_for(bool beganBefore)
    {
        var client = _pair.Client;
        if (beganBefore)
        {
            client.Began();
        }

        Assert.False(client.Ended.Task.IsCompleted);
        client.Cut();
        if (!beganBefore)
        {
            Assert.False(client.Ended.Task.IsCompleted);
            client.Began();
        }

        Assert.True(client.Ended.Task.IsCompleted);
    }
}
