using Kcopyd.Devices;
using Kcopyd.Nbd.Client;
using Kcopyd.Nbd.Protocol;

namespace Kcopyd.Nbd.Tests.Client;

/// <summary>A server that negotiates honestly and then lies: no byte of it is taken, and the user reads why.</summary>
public sealed class LyingServerTests
{
    private const int Offset = 4096;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private static readonly NbdClientOptions Impatient = new()
    {
        AnswerTimeout = TimeSpan.FromMilliseconds(200),
        ReconnectTimeout = TimeSpan.Zero,
    };

    private static readonly NbdClientOptions Patient = Impatient with { ReconnectTimeout = Limit };

    public static TheoryData<string> Lies => [.. ReadLies.All.Keys];

    [Theory]
    [MemberData(nameof(Lies))]
    public async Task Read_fails_in_one_sentence(string lie)
    {
        await using var server = new FakeServer(peer => LieAsync(peer, lie));
        await using var device = await NbdBlockDevice.OpenAsync(server.Uri, BlockDeviceAccess.Read, Impatient, default);
        await device.ReadAsync(0, new byte[512], default);

        var failure = await FailureAsync(device.ReadAsync(Offset, new byte[8192], default).AsTask());

        Assert.Equal(DeviceErrorKind.Io, failure.Kind);
        Assert.True(failure.IsTransient);
        AssertSentence(server, failure, ReadLies.All[lie].Sentence);
    }

    [Theory]
    [MemberData(nameof(Lies))]
    public async Task Honest_server_that_follows_is_believed(string lie)
    {
        await using var server = new FakeServer(peer => LieAsync(peer, lie), peer => peer.ServeAsync());
        await using var device = await NbdBlockDevice.OpenAsync(server.Uri, BlockDeviceAccess.Read, Patient, default);
        await device.ReadAsync(0, new byte[512], default);
        var epoch = device.WriteEpoch;
        var bytes = new byte[8192];

        await device.ReadAsync(Offset, bytes, default).AsTask().WaitAsync(Limit);

        Assert.Equal(FakePeer.Content[Offset..(Offset + bytes.Length)], bytes);
        Assert.Equal(epoch, device.WriteEpoch);
        Assert.Equal(2, server.ConnectionCount);
    }

    [Theory]
    [InlineData("wrong cookie")]
    [InlineData("rubbish")]
    public async Task Server_that_lies_on_every_connection_is_given_up(string lie)
    {
        await using var server = new FakeServer(peer => LieAsync(peer, lie, honestly: 0));
        var options = Impatient with { ReconnectTimeout = TimeSpan.FromMilliseconds(300) };
        await using var device = await NbdBlockDevice.OpenAsync(server.Uri, BlockDeviceAccess.Read, options, default);

        var failure = await FailureAsync(device.ReadAsync(Offset, new byte[8192], default).AsTask());

        AssertSentence(server, failure, ReadLies.All[lie].Sentence);
        Assert.InRange(server.ConnectionCount, 2, 10);
    }

    [Fact]
    public async Task Chunk_though_simple_replies_were_agreed_is_refused()
    {
        await using var server = new FakeServer(async peer =>
        {
            peer.IsStructured = false;
            await peer.NegotiateAsync();
            await peer.AnswerAsync(await peer.RequestAsync());
            peer.IsStructured = true;
            await peer.AnswerAsync(await peer.RequestAsync());
            await peer.HangAsync();
        });
        await using var device = await NbdBlockDevice.OpenAsync(server.Uri, BlockDeviceAccess.Read, Impatient, default);
        await device.ReadAsync(0, new byte[512], default);

        var failure = await FailureAsync(device.ReadAsync(Offset, new byte[8192], default).AsTask());

        AssertSentence(server, failure, "in chunks, which were not agreed");
    }

    [Theory]
    [InlineData("no extent", "00000001", "in 4 bytes")]
    [InlineData("no context", "0000", "in 2 bytes")]
    [InlineData("half an extent", "00000001" + "00001000", "in 8 bytes")]
    [InlineData("extent of no bytes", "00000001" + "0000000000000003", "an extent of no bytes")]
    [InlineData("context that was not agreed", "00000002" + "0000100000000003", "context 2, which was not agreed")]
    public async Task Wrong_extents_are_refused(string lie, string payload, string sentence)
    {
        await using var server = new FakeServer(async peer =>
        {
            await peer.NegotiateAsync();
            await peer.ChunkAsync(
                await peer.RequestAsync(), NbdChunkType.BlockStatus, Convert.FromHexString(payload));
            await peer.HangAsync();
        });
        await using var device = await NbdBlockDevice.OpenAsync(server.Uri, BlockDeviceAccess.Read, Impatient, default);

        var failure = await FailureAsync(device.GetBlockStatusAsync(Offset, 8192, default).AsTask());

        Assert.NotEmpty(lie);
        AssertSentence(server, failure, sentence);
    }

    [Fact]
    public async Task Flush_that_is_never_answered_fails_in_the_end()
    {
        await using var server = new FakeServer(async peer =>
        {
            await peer.NegotiateAsync();
            await peer.AnswerAsync(await peer.RequestAsync());
            await peer.HangAsync();
        });
        var options = Impatient with { AnswerTimeout = TimeSpan.FromMilliseconds(20) };
        await using var device = await NbdBlockDevice.OpenAsync(
            server.Uri, BlockDeviceAccess.ReadWrite, options, default);
        var epoch = device.WriteEpoch;
        await device.WriteAsync(0, new byte[512], WriteDurability.Cached, default);

        var failure = await FailureAsync(device.FlushAsync(epoch, default).AsTask());

        Assert.Equal(DeviceErrorKind.UnflushedWritesLost, failure.Kind);
        Assert.NotEqual(epoch, device.WriteEpoch);
    }

    [Fact]
    public async Task Extents_that_end_before_the_range_are_data()
    {
        await using var server = new FakeServer(async peer =>
        {
            peer.Sizes = new NbdBlockSizes(4096, 4096, 1 << 20);
            await peer.NegotiateAsync();
            await peer.ChunkAsync(
                await peer.RequestAsync(),
                NbdChunkType.BlockStatus,
                [0, 0, 0, 1, .. FakePeer.Extent(512, NbdExtentFlags.Hole | NbdExtentFlags.Zero)]);
            await peer.HangAsync();
        });
        await using var device = await NbdBlockDevice.OpenAsync(server.Uri, BlockDeviceAccess.Read, Impatient, default);

        var extents = await device.GetBlockStatusAsync(2048, 1024, default);

        // The block begins at 0, the hole ends at 512, and something has to be said of 2048.
        Assert.Equal([new BlockExtent(2048, 1024, BlockStatus.Data)], extents);
    }

    [Fact]
    public async Task Words_of_a_server_are_one_line_of_bounded_length()
    {
        var words = "no\r\n\u001b[31mroom" + new string('x', 60_000);
        await using var server = new FakeServer(async peer =>
        {
            await peer.NegotiateAsync();
            var read = await peer.RequestAsync();
            byte[] text = [.. words.Select(static letter => (byte)letter)];
            await peer.ChunkAsync(
                read, NbdChunkType.Error, [0, 0, 0, 28, (byte)(text.Length >> 8), (byte)text.Length, .. text]);
            await peer.HangAsync();
        });
        await using var device = await NbdBlockDevice.OpenAsync(server.Uri, BlockDeviceAccess.Read, Impatient, default);

        var failure = await FailureAsync(device.ReadAsync(Offset, new byte[8192], default).AsTask());

        AssertSentence(server, failure, "no space left on the server's device: no");
        Assert.DoesNotContain(failure.Message, char.IsControl);
        Assert.InRange(failure.Message.Length, 1, 1000);
    }

    [Fact]
    public async Task Export_that_comes_back_with_another_size_is_another_device()
    {
        await using var server = new FakeServer(
            async peer =>
            {
                await peer.NegotiateAsync();
                await peer.RequestAsync();
            },
            async peer =>
            {
                peer.LengthBytes = FakePeer.DiskBytes / 2;
                await peer.ServeAsync();
            });
        await using var device = await NbdBlockDevice.OpenAsync(server.Uri, BlockDeviceAccess.Read, Patient, default);

        var failure = await FailureAsync(device.ReadAsync(0, new byte[512], default).AsTask());

        Assert.Equal(DeviceErrorKind.Vanished, failure.Kind);
        AssertSentence(server, failure, "it has 524288 bytes, not 1048576");
    }

    private static async Task LieAsync(FakePeer peer, string lie, int honestly = 1)
    {
        await peer.NegotiateAsync();
        for (var i = 0; i < honestly; i++)
        {
            await peer.AnswerAsync(await peer.RequestAsync());
        }

        await ReadLies.All[lie].Tell(peer, await peer.RequestAsync());
    }

    private static async Task<DeviceException> FailureAsync(Task task) =>
        await Assert.ThrowsAsync<DeviceException>(() => task.WaitAsync(Limit));

    private static void AssertSentence(FakeServer server, DeviceException failure, string words)
    {
        Assert.StartsWith(server.Uri, failure.Message, StringComparison.Ordinal);
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
    }
}
