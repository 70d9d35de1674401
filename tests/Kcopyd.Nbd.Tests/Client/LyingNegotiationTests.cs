using Kcopyd.Devices;
using Kcopyd.Nbd.Client;
using Kcopyd.Nbd.Protocol;

namespace Kcopyd.Nbd.Tests.Client;

/// <summary>A server that lies while an export is taken: it is not opened, and the user reads why.</summary>
public sealed class LyingNegotiationTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private static readonly NbdClientOptions Impatient = new()
    {
        ConnectTimeout = TimeSpan.FromSeconds(10),
        ReconnectTimeout = TimeSpan.Zero,
    };

    private static readonly Dictionary<string, (Func<FakePeer, Task> Script, string Sentence)> Scripts = new()
    {
        ["the end at once"] = (_ => Task.CompletedTask, "closed the connection after 0 of 18 bytes"),
        ["half a greeting"] = (peer => peer.SendAsync([.. "NBDMAGIC"u8]), "closed the connection after 8 of 18 bytes"),
        ["another protocol"] = (
            peer => peer.SendAsync([.. "HTTP/1.1 400 Bad Request\r\n"u8]), "greeting"),
        ["the old style"] = (
            peer => peer.SendAsync([.. "NBDMAGIC"u8, .. Convert.FromHexString("00004202818612530001")]), "old style"),
        ["the end after the greeting"] = (peer => peer.GreetAsync(), "closed the connection"),
        ["an answer to another option"] = (
            peer => AfterGreetingAsync(peer, _ => peer.ReplyAsync(NbdOption.List, NbdOptionReplyKind.Ack)),
            "answers option 3"),
        ["an answer with a wrong magic"] = (
            peer => AfterGreetingAsync(peer, _ => peer.SendAsync(new byte[NbdOptionReplyHeader.Size])),
            "answer to an option"),
        ["an answer of absurd length"] = (
            peer => AfterGreetingAsync(peer, option => HugeAsync(peer, option)), "with 4294967295 bytes"),
        ["answers without end"] = (
            peer => AfterGreetingAsync(peer, option => EndlessAsync(peer, option)), "without end"),
        ["no size"] = (
            peer => AtGoAsync(peer, go => peer.ReplyAsync(go, NbdOptionReplyKind.Ack)), "did not say how long it is"),
        ["a size beyond all devices"] = (
            peer => AtGoAsync(peer, go => peer.ReplyAsync(go, NbdOptionReplyKind.Info, FakePeer.SizeTopic(-1))),
            "18446744073709551615 bytes"),
        ["half a size"] = (
            peer => AtGoAsync(peer, go => peer.ReplyAsync(go, NbdOptionReplyKind.Info, 0, 0, 0, 1)), "are expected"),
        ["no topic"] = (
            peer => AtGoAsync(peer, go => peer.ReplyAsync(go, NbdOptionReplyKind.Info)), "are expected"),
        ["a size with more behind it"] = (
            peer => AtGoAsync(
                peer, go => peer.ReplyAsync(go, NbdOptionReplyKind.Info, [.. FakePeer.SizeTopic(4096), 1])),
            "1 bytes more than expected"),
        ["blocks of three bytes"] = (
            peer => AtGoAsync(peer, go => peer.ReplyAsync(
                go, NbdOptionReplyKind.Info, FakePeer.SizesTopic(new NbdBlockSizes(3, 4096, 4096)))),
            "blocks have 3 bytes at least"),
        ["blocks of no bytes"] = (
            peer => AtGoAsync(peer, go => peer.ReplyAsync(
                go, NbdOptionReplyKind.Info, FakePeer.SizesTopic(new NbdBlockSizes(0, 0, 0)))),
            "blocks have 0 bytes at least"),
        ["half an answer"] = (
            peer => AtGoAsync(peer, _ => peer.SendAsync(0, 3, 0xe8)), "closed the connection after 3 of 20 bytes"),
        ["a refusal in many lines"] = (
            peer => AtGoAsync(peer, go => peer.ReplyAsync(go, NbdOptionReplyKind.ErrPolicy, [.. "no\n\u001b[2Jno"u8])),
            "refuses the export 'disk': no  [2Jno"),
    };

    public static TheoryData<string> Lies => [.. Scripts.Keys];

    [Theory]
    [MemberData(nameof(Lies))]
    public async Task Export_is_not_opened(string lie)
    {
        await using var server = new FakeServer(Scripts[lie].Script);

        var failure = await Assert.ThrowsAsync<DeviceException>(() => OpenAsync(server, Impatient));

        AssertSentence(server, failure, Scripts[lie].Sentence);
    }

    [Theory]
    [MemberData(nameof(Lies))]
    public async Task Connection_is_not_made_again(string lie)
    {
        await using var server = new FakeServer(
            async peer =>
            {
                await peer.NegotiateAsync();
                await peer.RequestAsync();
            },
            Scripts[lie].Script);
        var options = Impatient with { ReconnectTimeout = TimeSpan.FromMilliseconds(150) };
        await using var device = await OpenAsync(server, options);

        var failure = await Assert.ThrowsAsync<DeviceException>(
            () => device.ReadAsync(0, new byte[512], default).AsTask().WaitAsync(Limit));

        AssertSentence(server, failure, Scripts[lie].Sentence);
        Assert.InRange(server.ConnectionCount, 2, 10);
    }

    [Fact]
    public async Task Server_that_says_nothing_is_given_up()
    {
        await using var server = new FakeServer(peer => AtGoAsync(peer, _ => peer.HangAsync()));
        var options = Impatient with { ConnectTimeout = TimeSpan.FromMilliseconds(200) };

        var failure = await Assert.ThrowsAsync<DeviceException>(() => OpenAsync(server, options));

        AssertSentence(server, failure, "has not answered for");
    }

    private static Task<NbdBlockDevice> OpenAsync(FakeServer server, NbdClientOptions options) =>
        NbdBlockDevice.OpenAsync(server.Uri, BlockDeviceAccess.Read, options, default).WaitAsync(Limit);

    private static async Task AfterGreetingAsync(FakePeer peer, Func<NbdOption, Task> lie)
    {
        await peer.GreetAsync();
        await lie(await peer.OptionAsync());
        await peer.HangAsync();
    }

    private static async Task AtGoAsync(FakePeer peer, Func<NbdOption, Task> lie)
    {
        await lie(await peer.UntilGoAsync());
    }

    private static Task HugeAsync(FakePeer peer, NbdOption option)
    {
        var header = new byte[NbdOptionReplyHeader.Size];
        new NbdOptionReplyHeader(option, NbdOptionReplyKind.Info, uint.MaxValue).Write(header);
        return peer.SendAsync(header);
    }

    private static async Task EndlessAsync(FakePeer peer, NbdOption option)
    {
        while (true)
        {
            await peer.ReplyAsync(option, NbdOptionReplyKind.MetaContext, 0, 0, 0, 1);
        }
    }

    private static void AssertSentence(FakeServer server, DeviceException failure, string words)
    {
        Assert.StartsWith(server.Uri, failure.Message, StringComparison.Ordinal);
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
    }
}
