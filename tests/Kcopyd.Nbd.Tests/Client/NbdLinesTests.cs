using System.Collections.Concurrent;
using Kcopyd.Devices;
using Kcopyd.Nbd.Client;
using Kcopyd.Nbd.Protocol;

namespace Kcopyd.Nbd.Tests.Client;

/// <summary>Several connections to a server that promises that a flush of one covers all.</summary>
public sealed class NbdLinesTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Device_is_used_while_its_other_connections_are_made()
    {
        var proceed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var used = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = new FakeServer(ServeAsync, peer => JoinAsync(peer, proceed.Task, used));
        await using var device = await OpenAsync(server, connections: 2);

        await ReadAsync(device);
        await ReadAsync(device);
        proceed.SetResult();
        await ReadUntilAsync(device, used.Task);

        Assert.Equal(2, server.ConnectionCount);
    }

    [Fact]
    public async Task Device_whose_other_connections_are_not_there_yet_is_closed_at_once()
    {
        await using var server = new FakeServer(ServeAsync, peer => peer.StallAsync());
        var patient = new NbdClientOptions { Connections = 4, ConnectTimeout = TimeSpan.FromHours(1) };
        var device = await NbdBlockDevice.OpenAsync(server.Uri, BlockDeviceAccess.ReadWrite, patient, default);
        await ReadAsync(device);

        await device.DisposeAsync().AsTask().WaitAsync(Limit);
    }

    [Fact]
    public async Task Server_that_takes_one_connection_serves_all_requests_on_it()
    {
        await using var server = new FakeServer(ServeAsync, _ => throw new IOException("too many"));
        await using var device = await OpenAsync(server, connections: 4);

        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => ReadAsync(device)));
    }

    [Fact]
    public async Task Loss_of_the_first_connection_is_told_though_a_later_one_is_well()
    {
        var written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var used = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = new FakeServer(
            async peer =>
            {
                peer.IsMultiConn = true;
                await peer.NegotiateAsync();
                while (await peer.RequestAsync() is { Command: not NbdCommand.Flush } request)
                {
                    await peer.AnswerAsync(request);
                }
            },
            peer => JoinAsync(peer, written.Task, used));
        await using var device = await OpenAsync(server, connections: 2);
        var epoch = device.WriteEpoch;
        await device.WriteAsync(0, FakePeer.Content.AsMemory(0, 512), WriteDurability.Cached, default);
        written.SetResult();
        await ReadUntilAsync(device, used.Task);

        var failure = await Assert.ThrowsAsync<DeviceException>(
            () => device.FlushAsync(epoch, default).AsTask().WaitAsync(Limit));

        Assert.Equal(DeviceErrorKind.UnflushedWritesLost, failure.Kind);
        Assert.NotEqual(epoch, device.WriteEpoch);
    }

    [Fact]
    public async Task Outage_is_told_once_with_its_beginning_and_its_end()
    {
        var told = new ConcurrentQueue<NbdOutage>();
        Func<FakePeer, Task> ending = async peer =>
        {
            peer.IsMultiConn = true;
            await peer.NegotiateAsync();
            await peer.AnswerAsync(await peer.RequestAsync());
        };
        Func<FakePeer, Task> refusing = static _ => throw new IOException("not yet");
        await using var server = new FakeServer(ending, refusing, refusing, refusing, ServeAsync);
        await using var device = await NbdBlockDevice.OpenAsync(
            server.Uri,
            BlockDeviceAccess.ReadWrite,
            new NbdClientOptions
            {
                Connections = 1,
                ServerAway = outage =>
                {
                    told.Enqueue(outage);
                    throw new InvalidOperationException("who hears of it may fail");
                },
            },
            default);

        await ReadAsync(device);
        await ReadAsync(device);

        var isAway = told.Select(static outage => (outage.Uri, outage.Reason is not null));
        Assert.Equal([(server.Uri, true), (server.Uri, false)], isAway);
    }

    private static Task ServeAsync(FakePeer peer)
    {
        peer.IsMultiConn = true;
        return peer.ServeAsync();
    }

    /// <summary>Negotiates when it may, and says when it is used.</summary>
    private static async Task JoinAsync(FakePeer peer, Task proceed, TaskCompletionSource used)
    {
        await proceed.WaitAsync(Limit);
        peer.IsMultiConn = true;
        await peer.NegotiateAsync();
        while (await peer.RequestAsync() is { Command: not NbdCommand.Disconnect } request)
        {
            used.TrySetResult();
            await peer.AnswerAsync(request);
        }
    }

    private static async Task ReadAsync(NbdBlockDevice device)
    {
        var bytes = new byte[4096];
        await device.ReadAsync(0, bytes, default).AsTask().WaitAsync(Limit);
        Assert.Equal(FakePeer.Content[..bytes.Length], bytes);
    }

    /// <summary>Requests take turns on the connections.</summary>
    private static async Task ReadUntilAsync(NbdBlockDevice device, Task used)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!used.IsCompleted)
        {
            limit.Token.ThrowIfCancellationRequested();
            await ReadAsync(device);
        }
    }

    private static Task<NbdBlockDevice> OpenAsync(FakeServer server, int connections) => NbdBlockDevice.OpenAsync(
        server.Uri, BlockDeviceAccess.ReadWrite, new NbdClientOptions { Connections = connections }, default);
}
