using Kcopyd.Nbd.Protocol;

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
            client.Answered(new NbdRequestHeader(NbdCommandFlags.None, commands[i], 0, 0, 1u << i));
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
