using System.Net;
using System.Security.Cryptography.X509Certificates;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Core;
using Kcopyd.Devices;
using Kcopyd.Nbd.Client;
using Kcopyd.Nbd.Serving;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Nbd.Tests.Serving;

/// <summary>Our client on our server, encrypted: what gets through, and who does not.</summary>
public sealed class TlsTests : IDisposable
{
    private const int Bytes = 16 << 20;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly TempDirectory _directory = new();
    private readonly X509Certificate2 _certificate = SelfSigned.Create("127.0.0.1");
    private readonly List<Exception> _failures = [];
    private readonly MemoryBlockDevice _disk = new(new ByteCount(Bytes));

    public void Dispose()
    {
        _certificate.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task Many_requests_at_once_read_what_was_written()
    {
        await using var server = Serve(_disk, Encrypting, out var port);
        await using var device = await OpenAsync(port);
        var bytes = TempDirectory.Bytes(Bytes, 7);
        var epoch = device.WriteEpoch;

        await Task.WhenAll(Pieces().Select(async piece =>
        {
            await device.WriteAsync(piece.At, bytes.AsMemory(piece.At, piece.Count), WriteDurability.Cached, default);
            await device.FlushAsync(epoch, default);
        })).WaitAsync(Limit);
        var back = new byte[Bytes];
        await Task.WhenAll(Pieces().Select(piece =>
            device.ReadAsync(piece.At, back.AsMemory(piece.At, piece.Count), default).AsTask())).WaitAsync(Limit);

        Assert.True(bytes.AsSpan().SequenceEqual(back));
        Assert.Equal(epoch, device.WriteEpoch);
        Assert.Equal(new NbdClientOptions().Connections, server.ConnectionCount);
        Assert.All(server.GetClients(), client => Assert.True(client.IsEncrypted));
        Assert.Equal(Bytes, server.GetClients().Sum(client => client.BytesWritten));
    }

    [Fact]
    public async Task Holes_are_told_which_means_that_structured_replies_were_agreed_again()
    {
        await using var server = Serve(_disk, Encrypting, out var port);
        await using var device = await OpenAsync(port);

        var status = await device.GetBlockStatusAsync(0, Bytes, default);

        Assert.NotEqual(BlockStatus.Data, Assert.Single(status).Status);
    }

    [Fact]
    public async Task Server_for_another_host_is_refused_in_one_sentence()
    {
        using var other = SelfSigned.Create("disks.example");
        await using var server = Serve(_disk, Encrypting with { Certificate = other }, out var port);

        var failure = await Assert.ThrowsAsync<DeviceException>(() => OpenAsync(port, Trusting(other)));

        AssertSentence(port, failure, "its certificate is not for 127.0.0.1");
    }

    [Fact]
    public async Task Server_that_nobody_trusts_is_refused_in_one_sentence()
    {
        using var other = SelfSigned.Create("127.0.0.1");
        await using var server = Serve(_disk, Encrypting, out var port);

        var failure = await Assert.ThrowsAsync<DeviceException>(() => OpenAsync(port, Trusting(other)));
        var unknown = await Assert.ThrowsAsync<DeviceException>(
            () => OpenAsync(port, Impatient with { TrustedCertificates = null }));

        AssertSentence(port, failure, "its certificate is signed by nobody who is trusted");
        AssertSentence(port, unknown, "its certificate is signed by nobody who is trusted");
    }

    [Fact]
    public async Task Server_without_a_certificate_is_refused_in_one_sentence()
    {
        await using var server = Serve(_disk, new NbdServerOptions(), out var port);

        var failure = await Assert.ThrowsAsync<DeviceException>(() => OpenAsync(port));

        Assert.EndsWith(
            "the server does not encrypt: this server has no certificate", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plain_client_is_refused_where_tls_is_required()
    {
        await using var server = Serve(_disk, Encrypting with { RequireTls = true }, out var port);

        var failure = await Assert.ThrowsAsync<DeviceException>(() => NbdBlockDevice.OpenAsync(
            $"nbd://127.0.0.1:{port}/disk", BlockDeviceAccess.Read, Impatient, default));

        Assert.Equal(DeviceErrorKind.AccessDenied, failure.Kind);
        Assert.Contains("this server requires TLS", failure.Message, StringComparison.Ordinal);
        await using var encrypted = await OpenAsync(port);
        await encrypted.ReadAsync(0, new byte[4096], default);
    }

    [Fact]
    public async Task Request_under_way_is_answered_before_the_end()
    {
        var device = new GatedBlockDevice(_disk, DeviceOperation.Write);
        var server = Serve(device, Encrypting, out var port);
        await using var ends = server;
        await using var client = await OpenAsync(port, Trusting(_certificate) with { Connections = 1 });
        var writing = client.WriteAsync(512, new byte[512], WriteDurability.Cached, default).AsTask();
        var gated = await device.NextAsync().WaitAsync(Limit);

        var ending = server.DisposeAsync().AsTask();
        gated.Release();

        await ending.WaitAsync(Limit);
        await writing.WaitAsync(Limit);
        Assert.Empty(_failures);
    }

    private NbdServerOptions Encrypting => new() { Certificate = _certificate };

    private static NbdClientOptions Impatient => new() { ReconnectTimeout = TimeSpan.Zero };

    private NbdServer Serve(IBlockDevice device, NbdServerOptions options, out int port)
    {
        var server = new NbdServer(options) { ConnectionFailed = _failures.Add };
        server.Add(new NbdExport("disk", device));
        port = ((IPEndPoint)server.Listen(new IPEndPoint(IPAddress.Loopback, 0))).Port;
        return server;
    }

    private static IEnumerable<(int At, int Count)> Pieces()
    {
        var sizes = new Random(11);
        for (int at = 0, count; at < Bytes; at += count)
        {
            count = Math.Min(Bytes - at, 512 * sizes.Next(1, 1024));
            yield return (at, count);
        }
    }

    private NbdClientOptions Trusting(X509Certificate2 certificate)
    {
        var path = _directory[$"{certificate.Thumbprint}.pem"];
        File.WriteAllText(path, certificate.ExportCertificatePem());
        return Impatient with { TrustedCertificates = path };
    }

    private Task<NbdBlockDevice> OpenAsync(int port, NbdClientOptions? options = null) => NbdBlockDevice.OpenAsync(
        UriOf(port), BlockDeviceAccess.ReadWrite, options ?? Trusting(_certificate), default).WaitAsync(Limit);

    private static string UriOf(int port) => $"nbds://127.0.0.1:{port}/disk";

    private static void AssertSentence(int port, DeviceException failure, string words)
    {
        Assert.Equal(DeviceErrorKind.AccessDenied, failure.Kind);
        Assert.Equal(
            $"{UriOf(port)}: open failed: the server is not who it should be: {words}", failure.Message);
    }
}
