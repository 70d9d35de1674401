using Kcopyd.Devices;
using Kcopyd.Nbd.Client;
using Kcopyd.Nbd.Protocol;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Nbd.Tests.Client;

/// <summary>Servers that take the step to TLS wrong, and clients that are told to trust nobody.</summary>
public sealed class TlsServerTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    public async Task Bytes_behind_the_agreement_on_tls_are_refused(int count)
    {
        // In one segment, as somebody on the way would put it: an answer that must not pass for encrypted.
        await using var server = new FakeServer(peer => AgreeAsync(peer, new byte[count]));

        var failure = await Assert.ThrowsAsync<DeviceException>(() => OpenAsync(server, trusted: null));

        Assert.EndsWith(
            $"the peer sent {count} bytes in plain text behind its last message before TLS",
            failure.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_that_speaks_no_tls_after_all_is_refused()
    {
        await using var server = new FakeServer(async peer =>
        {
            await AgreeAsync(peer, []);
            await peer.HearAsync();
            await peer.SendAsync([.. "HTTP/1.1 400 Bad Request\r\n\r\n"u8]);
            await peer.HangAsync();
        });

        var failure = await Assert.ThrowsAsync<DeviceException>(() => OpenAsync(server, trusted: null));

        Assert.Equal(DeviceErrorKind.Io, failure.Kind);
        Assert.Contains("the server agrees on no encryption: ", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("inner exception", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
    }

    [Theory]
    [InlineData("absent", DeviceErrorKind.NotFound, "the trusted certificates cannot be read: ")]
    [InlineData("empty", DeviceErrorKind.Io, "there are no trusted certificates in ")]
    [InlineData("words", DeviceErrorKind.Io, "there are no trusted certificates in ")]
    [InlineData("broken", DeviceErrorKind.Io, "the trusted certificates cannot be read: ")]
    [InlineData(".", DeviceErrorKind.AccessDenied, "the trusted certificates cannot be read: ")]
    public async Task Certificates_to_trust_that_are_none_are_one_sentence(
        string file, DeviceErrorKind kind, string words)
    {
        await File.WriteAllTextAsync(_directory["empty"], "");
        await File.WriteAllTextAsync(_directory["words"], "certificates");
        await File.WriteAllTextAsync(
            _directory["broken"], "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        await using var server = new FakeServer(peer => AgreeAsync(peer, []));

        var failure = await Assert.ThrowsAsync<DeviceException>(() => OpenAsync(server, _directory[file]));

        Assert.Equal(kind, failure.Kind);
        Assert.StartsWith($"{UriOf(server)}: open failed: {words}", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
    }

    private static async Task AgreeAsync(FakePeer peer, byte[] behind)
    {
        await peer.GreetAsync();
        var option = await peer.OptionAsync();
        Assert.Equal(NbdOption.StartTls, option);
        var ack = new byte[NbdOptionReplyHeader.Size];
        new NbdOptionReplyHeader(option, NbdOptionReplyKind.Ack, 0).Write(ack);
        await peer.SendAsync([.. ack, .. behind]);
    }

    private static string UriOf(FakeServer server) => server.Uri.Replace("nbd+", "nbds+", StringComparison.Ordinal);

    private static Task<NbdBlockDevice> OpenAsync(FakeServer server, string? trusted)
    {
        var options = new NbdClientOptions { ReconnectTimeout = TimeSpan.Zero, TrustedCertificates = trusted };
        return NbdBlockDevice.OpenAsync(UriOf(server), BlockDeviceAccess.Read, options, default).WaitAsync(Limit);
    }
}
