using Akka.Actor;
using Kcopyd.Actors.Copying;
using Kcopyd.Core;
using Kcopyd.Devices;
using Kcopyd.Nbd.Client;

namespace Kcopyd.Nbd.Tests.Client;

/// <summary>A copy whose source is a server that lies: the engine writes no byte that the server did not own up
/// to.</summary>
public sealed class LyingSourceTests : IAsyncLifetime
{
    private static readonly NbdClientOptions Impatient = new()
    {
        AnswerTimeout = TimeSpan.FromMilliseconds(300),
        ReconnectTimeout = TimeSpan.Zero,
    };

    private readonly ActorSystem _system = ActorSystem.Create("lies");

    public static TheoryData<string> Lies => [.. ReadLies.All.Keys];

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _system.Terminate();

    [Theory]
    [MemberData(nameof(Lies))]
    public async Task Target_gets_right_bytes_or_none(string lie)
    {
        await using var server = new FakeServer(peer => HonestlyAtFirstAsync(peer, lie));
        await using var target = new MemoryBlockDevice(1.MiB, 512);

        var result = await CopyAsync(server, target, Impatient);

        Assert.True(result.ReadError);
        var written = await ContentAsync(target);
        for (var at = 0; at < written.Length; at += 512)
        {
            var sector = written.AsSpan(at, 512);
            Assert.True(
                !sector.ContainsAnyExcept((byte)0) || sector.SequenceEqual(FakePeer.Content.AsSpan(at, 512)),
                $"sector at {at}");
        }
    }

    [Fact]
    public async Task Copy_is_whole_where_an_honest_server_follows()
    {
        await using var server = new FakeServer(
            peer => HonestlyAtFirstAsync(peer, "short data, then the end"), peer => peer.ServeAsync());
        await using var target = new MemoryBlockDevice(1.MiB, 512);

        var result = await CopyAsync(server, target, Impatient with { ReconnectTimeout = TimeSpan.FromMinutes(1) });

        Assert.False(result.ReadError);
        Assert.Equal(FakePeer.Content, await ContentAsync(target));
    }

    private async Task<CopyCompleted> CopyAsync(FakeServer server, IBlockDevice target, NbdClientOptions options)
    {
        await using var client = await KcopydClient.CreateAsync(_system, new KcopydClientOptions());
        await using var source = await NbdBlockDevice.OpenAsync(server.Uri, BlockDeviceAccess.Read, options, default);
        return await client.CopyAsync(CopyRequest.Copy(IoRegion.Whole(source), IoRegion.Whole(target)));
    }

    /// <summary>Half of the disk in pieces of 64 KiB is honest; what is lied about has others on both sides.</summary>
    private static async Task HonestlyAtFirstAsync(FakePeer peer, string lie)
    {
        peer.Sizes = new(512, 4096, 64 * 1024);
        await peer.NegotiateAsync();
        var request = await peer.RequestAsync();
        for (var i = 0; i < 8 || request.Offset == 0 || request.Offset + request.Length == FakePeer.DiskBytes; i++)
        {
            await peer.AnswerAsync(request);
            request = await peer.RequestAsync();
        }

        await ReadLies.All[lie].Tell(peer, request);
    }

    private static async Task<byte[]> ContentAsync(MemoryBlockDevice device)
    {
        var bytes = new byte[FakePeer.DiskBytes];
        await device.ReadAsync(0, bytes, default);
        return bytes;
    }
}
