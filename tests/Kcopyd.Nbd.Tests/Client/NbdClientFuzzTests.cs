using Kcopyd.Devices;
using Kcopyd.Nbd.Client;
using Kcopyd.Nbd.Protocol;
using Xunit.Abstractions;

namespace Kcopyd.Nbd.Tests.Client;

/// <summary>Answers of an honest server, some of them spoilt on their way: a read gives right bytes or fails, and ends.
/// See <see cref="FuzzRun"/>.</summary>
/// <param name="output">Takes what was counted.</param>
public sealed class NbdClientFuzzTests(ITestOutputHelper output)
{
    private const int FewReplies = 20_000;
    private const int SideBySide = 16;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public Task Read_gives_right_bytes_or_fails(bool isStructured, bool reconnects) => FuzzRun.SeededAsync(async seed =>
    {
        var wanted = FuzzRun.Count(FewReplies) / 4 / SideBySide;
        var random = new Random(seed);
        var runs = Enumerable.Range(0, SideBySide)
            .Select(_ => new FuzzedReplies(new Random(random.Next()), oneIn: reconnects ? 30 : 12))
            .ToArray();
        var outcomes = await Task.WhenAll(runs.Select(replies =>
            RunAsync(replies, isStructured, reconnects, wanted)));
        var (right, failed) = (outcomes.Sum(static run => run.Right), outcomes.Sum(static run => run.Failed));
        output.WriteLine(
            $"seed {seed}: {runs.Sum(static run => run.Count)} answers, {runs.Sum(static run => run.SpoiltCount)} "
            + $"spoilt; {right} reads were right, {failed} failed");
        Assert.True(right > 0, "no read was right");
        Assert.True(reconnects || failed > 0, "no read failed");
    });

    /// <summary>A device that failed for good is opened again.</summary>
    private static async Task<(int Right, int Failed)> RunAsync(
        FuzzedReplies replies, bool isStructured, bool reconnects, int wanted)
    {
        var options = new NbdClientOptions
        {
            AnswerTimeout = TimeSpan.FromMilliseconds(60),
            ReconnectTimeout = reconnects ? Limit : TimeSpan.Zero,
        };
        await using var server = new FakeServer(peer => ServeAsync(peer, replies, isStructured));
        var (right, failed, position) = (0, 0, new Random(wanted));
        while (replies.Count < wanted)
        {
            await using var device = await NbdBlockDevice.OpenAsync(
                server.Uri, BlockDeviceAccess.Read, options, default);
            for (var isAlive = true; isAlive && replies.Count < wanted;)
            {
                // A simple reply does not say which bytes it has: of several under way none could be told apart.
                var reads = Enumerable.Range(0, isStructured ? 4 : 1)
                    .Select(_ => TryReadAsync(device, position.Next(FakePeer.DiskBytes / 512 / 2) * 512))
                    .ToArray();
                var results = await Task.WhenAll(reads).WaitAsync(Limit);
                right += results.Count(static isRight => isRight);
                failed += results.Count(static isRight => !isRight);
                isAlive = reconnects || results.All(static isRight => isRight);
            }
        }

        return (right, failed);
    }

    private static async Task<bool> TryReadAsync(NbdBlockDevice device, int offset)
    {
        var bytes = new byte[8192];
        try
        {
            await device.ReadAsync(offset, bytes, default);
        }
        catch (DeviceException)
        {
            return false;
        }

        Assert.True(bytes.AsSpan().SequenceEqual(FakePeer.Content.AsSpan(offset, bytes.Length)), $"wrong at {offset}");
        return true;
    }

    private static async Task ServeAsync(FakePeer peer, FuzzedReplies replies, bool isStructured)
    {
        peer.IsStructured = isStructured;
        await peer.NegotiateAsync();
        peer.Spoil = replies.Spoil;
        while (await peer.RequestAsync() is { Command: not NbdCommand.Disconnect } request)
        {
            if (isStructured)
            {
                // In two pieces, the later one first.
                var half = request.Length / 2;
                var late = request with { Offset = request.Offset + half, Length = request.Length - half };
                await peer.PartAsync(
                    late, NbdChunkType.OffsetData, [.. FakePeer.Position(late.Offset), .. peer.Data(late)]);
                await peer.AnswerAsync(request with { Length = half });
            }
            else
            {
                await peer.AnswerAsync(request);
            }
        }
    }
}
