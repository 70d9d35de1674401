using System.Diagnostics;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Kcopyd.Core;
using Kcopyd.Devices;
using Kcopyd.Nbd.Client;
using Kcopyd.Nbd.Serving;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Interop.Tests.Nbd;

/// <summary>Other people's TLS: their servers with our client, and their clients with our server.</summary>
public sealed class NbdTlsTests : IAsyncLifetime
{
    private const int Bytes = 16 << 20;

    private static readonly NbdClientOptions Impatient = new() { ReconnectTimeout = TimeSpan.Zero };

    private readonly TempDirectory _directory = new();
    private readonly X509Certificate2 _certificate = SelfSigned.Create("localhost");
    private readonly MemoryBlockDevice _disk = new(new ByteCount(Bytes));
    private readonly List<Exception> _failures = [];
    private NbdServer? _server;
    private Process? _nbdkit;

    /// <summary>The directory as programs with GnuTLS want it.</summary>
    public async Task InitializeAsync()
    {
        using var key = _certificate.GetECDsaPrivateKey()!;
        await File.WriteAllTextAsync(_directory["ca-cert.pem"], _certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(_directory["server-cert.pem"], _certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(_directory["server-key.pem"], key.ExportPkcs8PrivateKeyPem());
    }

    public async Task DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        if (_nbdkit is not null)
        {
            _nbdkit.Kill();
            await _nbdkit.WaitForExitAsync();
            _nbdkit.Dispose();
        }

        await _disk.DisposeAsync();
        _certificate.Dispose();
        _directory.Dispose();
    }

    [SkippableFact]
    public async Task Nbdkit_that_requires_tls_holds_what_was_written()
    {
        Require.Programs("nbdkit");
        await StartNbdkitAsync();
        var trusting = Impatient with { TrustedCertificates = _directory["ca-cert.pem"] };
        var bytes = TempDirectory.Bytes(Bytes, 9);
        var device = await NbdBlockDevice.OpenAsync(NbdkitUri, BlockDeviceAccess.ReadWrite, trusting, default);
        await using (device)
        {
            await Task.WhenAll(Enumerable.Range(0, 64).Select(async i => await device.WriteAsync(
                i * (Bytes / 64), bytes.AsMemory(i * (Bytes / 64), Bytes / 64), WriteDurability.Cached, default)));
            await device.FlushAsync(device.WriteEpoch, default);
        }

        await using var again = await NbdBlockDevice.OpenAsync(NbdkitUri, BlockDeviceAccess.Read, trusting, default);
        var back = new byte[Bytes];
        await again.ReadAsync(0, back, default);
        Assert.True(bytes.AsSpan().SequenceEqual(back));
    }

    [SkippableFact]
    public async Task Nbdkit_that_requires_tls_refuses_and_is_refused_in_one_sentence()
    {
        Require.Programs("nbdkit");
        await StartNbdkitAsync();

        var plain = await Assert.ThrowsAsync<DeviceException>(() => NbdBlockDevice.OpenAsync(
            NbdkitUri.Replace("nbds", "nbd", StringComparison.Ordinal), BlockDeviceAccess.Read, Impatient, default));
        var stranger = await Assert.ThrowsAsync<DeviceException>(
            () => NbdBlockDevice.OpenAsync(NbdkitUri, BlockDeviceAccess.Read, Impatient, default));

        Assert.Equal(DeviceErrorKind.AccessDenied, plain.Kind);
        Assert.EndsWith(
            "its certificate is signed by nobody who is trusted", stranger.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Nbdinfo_and_nbdcopy_use_our_server()
    {
        Require.Programs("nbdinfo", "nbdcopy");
        var port = Serve();
        var uri = $"nbds://localhost:{port}/?tls-certificates={_directory.Path}";
        var image = _directory.File("image", Bytes, seed: 5);

        using var list = JsonDocument.Parse(Shell.Run("nbdinfo", "--json", "--list", uri));
        Shell.Run("nbdcopy", "--flush", image, uri);
        Shell.Run("nbdcopy", uri, _directory["back"]);

        Assert.True(list.RootElement.GetProperty("TLS").GetBoolean());
        Assert.True(list.RootElement.GetProperty("structured").GetBoolean());
        Shell.Run("cmp", image, _directory["back"]);
        Assert.False(Shell.Try("nbdinfo", "--size", $"nbd://localhost:{port}/"));
        Assert.Empty(_failures);
    }

    [SkippableFact]
    public void Qemu_img_uses_our_server()
    {
        Require.Programs("qemu-img");
        var image = _directory.File("image", Bytes, seed: 6);
        string[] credentials = ["--object", $"tls-creds-x509,id=tls,endpoint=client,dir={_directory.Path}"];
        var target = $"driver=nbd,host=localhost,port={Serve()},tls-creds=tls";

        Shell.Run("qemu-img", ["convert", .. credentials, "-n", "-f", "raw", "--target-image-opts", image, target]);
        Shell.Run(
            "qemu-img",
            [
                "compare",
                .. credentials,
                "--image-opts",
                $"driver=raw,file.filename={image}",
                $"driver=raw,file.{Raw(target)}",
            ]);

        Assert.Empty(_failures);
    }

    private static string Raw(string target) => target.Replace(",", ",file.", StringComparison.Ordinal);

    private string NbdkitUri => $"nbds+unix:///?socket={_directory["socket"]}";

    private int Serve()
    {
        _server = new NbdServer(new NbdServerOptions { Certificate = _certificate, RequireTls = true })
        {
            ConnectionFailed = _failures.Add,
        };
        _server.Add(new NbdExport("", _disk));
        return ((IPEndPoint)_server.Listen(new IPEndPoint(IPAddress.Loopback, 0))).Port;
    }

    private async Task StartNbdkitAsync()
    {
        Shell.Run(
            "nbdkit",
            "--tls=require",
            $"--tls-certificates={_directory.Path}",
            "-U",
            _directory["socket"],
            "-P",
            _directory["pid"],
            "memory",
            $"{Bytes}");
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (!File.Exists(_directory["pid"]) || new FileInfo(_directory["pid"]).Length == 0)
        {
            await timer.WaitForNextTickAsync();
        }

        _nbdkit = Process.GetProcessById(
            int.Parse((await File.ReadAllTextAsync(_directory["pid"])).Trim(), null));
    }
}
