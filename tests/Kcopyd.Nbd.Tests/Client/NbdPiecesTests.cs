using Kcopyd.Devices;
using Kcopyd.Nbd.Client;
using Kcopyd.Nbd.Protocol;

namespace Kcopyd.Nbd.Tests.Client;

/// <summary>Long reads and writes.</summary>
public sealed class NbdPiecesTests
{
    private static readonly NbdAnswer Done = new(NbdError.None, null, []);
    private static readonly NbdAnswer Refused = new(NbdError.NoSpace, null, []);
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData(0, "")]
    [InlineData(1, "0+1")]
    [InlineData(10, "0+10")]
    [InlineData(11, "0+10 10+1")]
    [InlineData(20, "0+10 10+10")]
    [InlineData(35, "0+10 10+10 20+10 30+5")]
    public async Task Pieces_cover_the_whole_in_order(int length, string expected)
    {
        var asked = new List<string>();

        var (_, answer) = await NbdPieces.AskAsync(length, 10, (place, piece) =>
        {
            asked.Add($"{place}+{piece}");
            return ValueTask.FromResult(Done);
        });

        Assert.Equal(expected, string.Join(' ', asked));
        Assert.Equal(NbdError.None, answer.Error);
    }

    [Theory]
    [InlineData(512, 4096, 32 << 20, 2 << 20)]
    [InlineData(1, 4096, uint.MaxValue, 2 << 20)]
    [InlineData(512, 4096, 100_352, 100_352)]
    [InlineData(65536, 65536, 65536, 65536)]
    [InlineData(4096, 8 << 20, 32 << 20, 8 << 20)]
    [InlineData(4096, 64 << 20, uint.MaxValue, 32 << 20)]
    public void Pieces_are_as_long_as_the_server_wants_them(uint minimum, uint preferred, uint maximum, int expected) =>
        Assert.Equal(expected, NbdPieces.LongestOf(new NbdBlockSizes(minimum, preferred, maximum)));

    [Fact]
    public async Task All_pieces_are_under_way_before_any_is_answered()
    {
        var answers = new List<TaskCompletionSource<NbdAnswer>>();

        var asking = NbdPieces.AskAsync(30, 10, (_, _) => Answer(answers)).AsTask();

        Assert.Equal(3, answers.Count);
        answers.ForEach(static answer => answer.SetResult(Done));
        await asking.WaitAsync(Limit);
    }

    [Fact]
    public async Task First_piece_that_was_refused_is_told_when_all_have_been_answered()
    {
        var answers = new List<TaskCompletionSource<NbdAnswer>>();
        var asking = NbdPieces.AskAsync(40, 10, (_, _) => Answer(answers)).AsTask();

        answers[3].SetResult(Refused);
        answers[1].SetResult(Refused);
        answers[0].SetResult(Done);
        Assert.False(asking.IsCompleted);
        answers[2].SetResult(Done);

        Assert.Equal((10, Refused), await asking.WaitAsync(Limit));
    }

    [Fact]
    public async Task Piece_that_fails_is_told_when_nobody_uses_the_bytes_any_more()
    {
        var answers = new List<TaskCompletionSource<NbdAnswer>>();
        var asking = NbdPieces.AskAsync(20, 10, (_, _) => Answer(answers)).AsTask();

        answers[0].SetException(new IOException("gone"));
        Assert.False(asking.IsCompleted);
        answers[1].SetResult(Done);

        await Assert.ThrowsAsync<IOException>(() => asking.WaitAsync(Limit));
    }

    [Fact]
    public async Task Refusal_in_the_middle_of_a_write_says_where()
    {
        await using var server = new FakeServer(async peer =>
        {
            peer.Sizes = new NbdBlockSizes(512, 4096, 64 << 10);
            await peer.NegotiateAsync();
            while (await peer.RequestAsync() is { Command: not NbdCommand.Disconnect } request)
            {
                Assert.InRange(request.Length, 1U, 64U << 10);
                await peer.SimpleAsync(
                    request.Cookie, [], request.Offset == 3 * (64 << 10) ? NbdError.NoSpace : NbdError.None);
            }
        });
        await using var device = await NbdBlockDevice.OpenAsync(
            server.Uri, BlockDeviceAccess.ReadWrite, null, default);

        var failure = await Assert.ThrowsAsync<DeviceException>(() => device
            .WriteAsync(0, new byte[FakePeer.DiskBytes], WriteDurability.Cached, default).AsTask().WaitAsync(Limit));

        Assert.Equal((DeviceErrorKind.NoSpace, 3L * (64 << 10)), (failure.Kind, failure.Offset));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(9)]
    [InlineData(15)]
    public async Task Write_whose_connection_is_lost_in_the_middle_is_done_and_not_called_flushed(int answered)
    {
        var later = new byte[FakePeer.DiskBytes];
        await using var server = new FakeServer(
            async peer =>
            {
                peer.Sizes = new NbdBlockSizes(512, 4096, 64 << 10);
                await peer.NegotiateAsync();
                for (var i = 0; i < answered; i++)
                {
                    await peer.AnswerAsync(await peer.RequestAsync());
                }

                await peer.HeadAsync();
            },
            peer =>
            {
                (peer.Sizes, peer.Disk) = (new NbdBlockSizes(512, 4096, 64 << 10), later);
                return peer.ServeAsync();
            });
        await using var device = await NbdBlockDevice.OpenAsync(
            server.Uri, BlockDeviceAccess.ReadWrite, null, default);
        var epoch = device.WriteEpoch;

        await device.WriteAsync(0, FakePeer.Content, WriteDurability.Cached, default).AsTask().WaitAsync(Limit);

        // What the first server had answered is gone with it; the rest is where it belongs.
        var kept = answered * (64 << 10);
        Assert.Equal(FakePeer.Content[kept..], later[kept..]);
        Assert.NotEqual(epoch, device.WriteEpoch);
        var failure = await Assert.ThrowsAsync<DeviceException>(
            () => device.FlushAsync(epoch, default).AsTask().WaitAsync(Limit));
        Assert.Equal(DeviceErrorKind.UnflushedWritesLost, failure.Kind);
    }

    private static ValueTask<NbdAnswer> Answer(List<TaskCompletionSource<NbdAnswer>> answers)
    {
        answers.Add(new TaskCompletionSource<NbdAnswer>());
        return new ValueTask<NbdAnswer>(answers[^1].Task);
    }
}
