using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Kcopyd.Cli.Tests;
using Kcopyd.Devices;
using Kcopyd.Nbd.Client;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Interop.Tests.Nbd;

/// <summary>Copies from and to nbdkit, whose plugins and filters know what is right.</summary>
public sealed class NbdPeerCopyTests : IDisposable
{
    private readonly TempDirectory _files = new();
    private readonly List<PeerServer> _peers = [];

    private string Journal => _files["journal"];

    public void Dispose()
    {
        _peers.ForEach(static peer => peer.Dispose());
        _files.Dispose();
    }

    [SkippableFact]
    public async Task Every_byte_of_a_pattern_is_where_it_belongs()
    {
        Require.Programs("nbdkit");
        var uri = await StartAsync("socket", "pattern", "8M");
        await CopyAsync(uri, _files["copy"]);

        var bytes = await File.ReadAllBytesAsync(_files["copy"]);
        Assert.Equal(8 << 20, bytes.Length);
        for (var at = 0; at < bytes.Length; at += sizeof(long))
        {
            Assert.Equal(at, BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(at)));
        }
    }

    /// <summary>The target takes no bytes but its own, and finds holes where the source has them.</summary>
    [SkippableTheory]
    [InlineData()]
    [InlineData("--sparse")]
    [InlineData("--verify")]
    public async Task Sparse_and_random_export_is_copied_as_it_is(params string[] options)
    {
        Require.Programs("nbdkit", "nbdcopy");
        string[] words = ["sparse-random", "64M", "seed=7", "runlength=65536", "percent=30", "random-content=true"];
        var source = await StartAsync("source", words);
        var target = await StartAsync("target", words);

        await CopyAsync([source, target, .. options]);
        await CopyAsync([source, _files["copy"], .. options]);

        Shell.Run("nbdcopy", source, _files["expected"]);
        Shell.Run("cmp", _files["copy"], _files["expected"]);
    }

    [SkippableTheory]
    [InlineData(1)]
    [InlineData(511)]
    [InlineData(4097)]
    [InlineData((1 << 20) + 1)]
    [InlineData((8 << 20) - 1)]
    public async Task Export_of_an_odd_length_is_copied_to_the_byte(int length)
    {
        Require.Programs("nbdkit");
        var image = _files.File("image", length, seed: length);
        var target = await StartAsync("socket", "--filter=truncate", "memory", "16M", $"truncate={length}");

        await CopyAsync(image, target, "--verify");
        await CopyAsync(target, _files["back"]);

        Shell.Run("cmp", image, _files["back"]);
    }

    /// <summary>A hole of which nothing is known may read as anything.</summary>
    [SkippableFact]
    public async Task Block_status_is_what_the_server_says()
    {
        Require.Programs("nbdkit");
        await File.WriteAllTextAsync(_files["extents"], "1M 1M\n4M 3M hole,zero\n7M 1M hole\n8M 512 zero\n");
        var uri = await StartAsync(
            "socket", "--filter=extentlist", "memory", "16M", $"extentlist={_files["extents"]}");
        await using var device = await NbdBlockDevice.OpenAsync(uri, BlockDeviceAccess.Read, null, default);

        Assert.Equal(BlockStatus.Data, await StatusAtAsync(device, 1 << 20, 1 << 20));
        Assert.Equal(BlockStatus.Data, await StatusAtAsync(device, 7 << 20, 1 << 20));
        Assert.NotEqual(BlockStatus.Data, await StatusAtAsync(device, 4 << 20, 3 << 20));
        Assert.NotEqual(BlockStatus.Data, await StatusAtAsync(device, 8 << 20, 512));
        Assert.NotEqual(BlockStatus.Data, await StatusAtAsync(device, 9 << 20, 1 << 20));
    }

    [SkippableFact]
    public async Task Copy_goes_on_when_the_server_takes_writes_again()
    {
        Require.Programs("nbdkit", "qemu-img");
        var image = _files.File("image", 16 << 20, seed: 3);
        var trigger = _files.File("trigger", 0);
        var uri = await StartAsync(
            "socket", "--filter=error", "memory", "16M", "error-pwrite=ENOSPC", "error-pwrite-rate=20%",
            $"error-pwrite-file={trigger}");

        // Of 256 writes some fail for sure.
        var failed = await KcopydProgram.RunAsync(
            "copy", image, uri, "--segment", "64K", "--journal", Journal, "--progress", "none");
        File.Delete(trigger);
        var resumed = await KcopydProgram.RunAsync("resume", "--journal", Journal, "--progress", "none");

        Assert.Equal(1, failed.ExitCode);
        Assert.Contains("no space left", failed.Error, StringComparison.Ordinal);
        resumed.IsDone();
        Shell.Run("qemu-img", "compare", "-f", "raw", "-F", "raw", image, uri);
    }

    [SkippableFact]
    public async Task Server_that_ends_after_its_first_client_gives_its_bytes_and_takes_others()
    {
        Require.Programs("qemu-nbd");
        var image = _files.File("image", 16 << 20, seed: 8);
        var other = _files.File("other", 16 << 20, seed: 9);

        _peers.Add(await PeerServer.StartQemuOnceAsync(_files, image));
        await CopyAsync(_peers[^1].Uri, _files["copy"]);
        _peers.Add(await PeerServer.StartQemuOnceAsync(_files, image));
        await CopyAsync(other, _peers[^1].Uri);

        Assert.Equal(TempDirectory.Bytes(16 << 20, seed: 8), await File.ReadAllBytesAsync(_files["copy"]));
        Shell.Run("cmp", image, other);
    }

    [SkippableFact]
    public async Task Encrypted_export_holds_what_was_written_and_a_stranger_is_refused()
    {
        Require.Programs("nbdkit");
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        await File.WriteAllTextAsync(_files["ca-cert.pem"], certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(_files["server-cert.pem"], certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(_files["server-key.pem"], key.ExportPkcs8PrivateKeyPem());
        var uri = await StartAsync(
            "socket", "--tls=require", $"--tls-certificates={_files.Path}", "memory", "16M");
        var encrypted = uri.Replace("nbd+unix", "nbds+unix", StringComparison.Ordinal);
        var trusting = new NbdClientOptions { TrustedCertificates = _files["ca-cert.pem"] };
        var bytes = TempDirectory.Bytes(16 << 20, 6);
        var found = new byte[bytes.Length];

        await using (var device = await NbdBlockDevice.OpenAsync(
            encrypted, BlockDeviceAccess.ReadWrite, trusting, default))
        {
            await device.WriteAsync(0, bytes, WriteDurability.Durable, default);
        }

        await using (var device = await NbdBlockDevice.OpenAsync(encrypted, BlockDeviceAccess.Read, trusting, default))
        {
            await device.ReadAsync(0, found, default);
        }

        Assert.True(bytes.AsSpan().SequenceEqual(found));
        await Assert.ThrowsAsync<DeviceException>(
            () => NbdBlockDevice.OpenAsync(encrypted, BlockDeviceAccess.Read, null, default));
        await Assert.ThrowsAsync<DeviceException>(
            () => NbdBlockDevice.OpenAsync(uri, BlockDeviceAccess.Read, null, default));
    }

    private static async Task<BlockStatus> StatusAtAsync(NbdBlockDevice device, long offset, long length)
    {
        var extent = Assert.Single(await device.GetBlockStatusAsync(offset, length, default));
        Assert.Equal((offset, length), (extent.Offset, extent.Length));
        return extent.Status;
    }

    private async Task CopyAsync(params string[] words) =>
        (await KcopydProgram.RunAsync(["copy", .. words, "--journal", Journal, "--progress", "none"])).IsDone();

    private async Task<string> StartAsync(string socket, params string[] words)
    {
        var peer = await PeerServer.StartNbdkitAsync(_files, socket, words);
        _peers.Add(peer);
        return peer.Uri;
    }
}
