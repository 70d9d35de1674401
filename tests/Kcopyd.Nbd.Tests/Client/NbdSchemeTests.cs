using Kcopyd.Devices;
using Kcopyd.Nbd.Client;
using Kcopyd.Nbd.Protocol;

namespace Kcopyd.Nbd.Tests.Client;

/// <summary>Describing and then opening an export.</summary>
public sealed class NbdSchemeTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly BlockDeviceOpener _opener = new();

    public NbdSchemeTests() => NbdScheme.Register(_opener);

    [Fact]
    public async Task Export_is_opened_on_the_connection_that_described_it()
    {
        await using var server = new FakeServer(peer => peer.ServeAsync());

        await _opener.DescribeAsync(server.Uri, default);
        var described = await _opener.DescribeAsync(server.Uri, default);
        await using var device = await OpenAsync(server);

        Assert.Equal(FakePeer.DiskBytes, described.LengthBytes);
        await DemandContentAsync(device);
        Assert.Equal(1, server.ConnectionCount);
    }

    [Fact]
    public async Task Export_of_another_size_is_another_device()
    {
        await using var server = new FakeServer(
            peer => peer.ServeAsync(),
            peer =>
            {
                peer.LengthBytes *= 2;
                return peer.ServeAsync();
            },
            peer => peer.ServeAsync());

        await using var recorded = await OpenAsync(server);
        await using var larger = await OpenAsync(server);
        await using var again = await OpenAsync(server);

        Assert.Equal(
            $"its size is {2 * FakePeer.DiskBytes}, not {FakePeer.DiskBytes}",
            larger.Identity.DifferenceFrom(recorded.Identity));
        Assert.Null(again.Identity.DifferenceFrom(recorded.Identity));
    }

    [Fact]
    public async Task Connection_is_found_however_the_path_of_its_socket_was_written()
    {
        await using var server = new FakeServer(peer => peer.ServeAsync());
        var path = server.Uri[(server.Uri.IndexOf('=', StringComparison.Ordinal) + 1)..];
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, path);
        await _opener.DescribeAsync(server.Uri.Replace(path, relative, StringComparison.Ordinal), default);

        await using var device = await OpenAsync(server);

        await DemandContentAsync(device);
        Assert.Equal(1, server.ConnectionCount);
    }

    [Fact]
    public async Task Connection_that_described_is_given_away_once()
    {
        await using var server = new FakeServer(peer => peer.ServeAsync());
        await _opener.DescribeAsync(server.Uri, default);

        await using var first = await OpenAsync(server);
        await using var second = await OpenAsync(server);

        await DemandContentAsync(first);
        await DemandContentAsync(second);
        Assert.Equal(2, server.ConnectionCount);
    }

    [Fact]
    public async Task Export_is_opened_also_if_the_connection_that_described_it_is_gone()
    {
        await using var server = new FakeServer(peer => peer.NegotiateAsync(), peer => peer.ServeAsync());
        await _opener.DescribeAsync(server.Uri, default);

        await using var device = await OpenAsync(server);

        await DemandContentAsync(device);
        Assert.Equal(2, server.ConnectionCount);
    }

    [Fact]
    public async Task Connection_that_nobody_takes_says_goodbye()
    {
        var goodbye = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = new FakeServer(async peer =>
        {
            await peer.ServeAsync();
            goodbye.SetResult();
        });
        var uri = NbdUri.Parse(server.Uri);
        var kept = new KeptConnections(TimeSpan.FromMilliseconds(20));

        kept.Keep(uri, await NbdConnection.ConnectAsync(uri, new NbdClientOptions(), default));

        await goodbye.Task.WaitAsync(Limit);
        Assert.Null(kept.Take(uri));
    }

    [Fact]
    public async Task Only_one_connection_of_an_export_is_kept()
    {
        await using var server = new FakeServer(peer => peer.ServeAsync());
        var uri = NbdUri.Parse(server.Uri);
        var kept = new KeptConnections(Limit);
        var (first, second) = (await ConnectAsync(uri), await ConnectAsync(uri));

        kept.Keep(uri, first);
        kept.Keep(uri, second);

        Assert.Same(first, kept.Take(uri));
        Assert.Null(kept.Take(uri));
        await first.DisposeAsync();
    }

    [Fact]
    public async Task Connection_that_was_lost_is_not_given_away_and_makes_room_for_another()
    {
        await using var server = new FakeServer(peer => peer.NegotiateAsync(), peer => peer.ServeAsync());
        var uri = NbdUri.Parse(server.Uri);
        var kept = new KeptConnections(Limit);
        kept.Keep(uri, await LostAsync(uri));
        Assert.Null(kept.Look(uri));

        var another = await ConnectAsync(uri);
        kept.Keep(uri, another);

        Assert.Same(another.Terms, kept.Look(uri));
        Assert.Same(another, kept.Take(uri));
        await another.DisposeAsync();
    }

    [Fact]
    public async Task Nothing_is_given_away_where_the_connection_was_lost()
    {
        await using var server = new FakeServer(peer => peer.NegotiateAsync());
        var uri = NbdUri.Parse(server.Uri);
        var kept = new KeptConnections(Limit);

        kept.Keep(uri, await LostAsync(uri));

        Assert.Null(kept.Take(uri));
    }

    /// <summary>Of a server that goes after the negotiation.</summary>
    private static async Task<NbdConnection> LostAsync(NbdUri uri)
    {
        var connection = await ConnectAsync(uri);
        var request = new NbdRequestHeader(NbdCommandFlags.None, NbdCommand.Flush, 0, 0, 0);
        await Assert.ThrowsAsync<NbdDisconnectedException>(
            () => connection.AskAsync(request, default, default).WaitAsync(Limit));
        Assert.True(connection.IsLost);
        return connection;
    }

    private static Task<NbdConnection> ConnectAsync(NbdUri uri) =>
        NbdConnection.ConnectAsync(uri, new NbdClientOptions(), default);

    private static async Task DemandContentAsync(IBlockDevice device)
    {
        var bytes = new byte[4096];
        await device.ReadAsync(0, bytes, default).AsTask().WaitAsync(Limit);
        Assert.Equal(FakePeer.Content[..bytes.Length], bytes);
    }

    private async Task<IBlockDevice> OpenAsync(FakeServer server) =>
        await _opener.OpenAsync(
            server.Uri, new BlockDeviceOpenOptions { Access = BlockDeviceAccess.Read }, default);
}
