using System.Net.Sockets;
using Kcopyd.Cli.Serving;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Cli.Tests.Serving;

public sealed class ControlSocketTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly TempDirectory _files = new();

    public void Dispose() => _files.Dispose();

    [SkippableFact]
    public async Task Status_that_cannot_be_told_is_complained_of_and_the_next_one_is_told()
    {
        Require.Linux();
        var complaint = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var turn = 0;
        await using var control = ControlSocket.Listen(
            _files["control"],
            _ => turn++ == 0 ? throw new ArgumentException("it is too short.") : Task.FromResult("well"),
            complaint.SetResult);

        Assert.Empty(await AskAsync());
        Assert.Equal("the status cannot be told: it is too short", await complaint.Task.WaitAsync(Limit));
        Assert.Equal("well", await AskAsync());
    }

    private async Task<string> AskAsync()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(_files["control"]));
        await using var stream = new NetworkStream(socket);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync().WaitAsync(Limit);
    }
}
