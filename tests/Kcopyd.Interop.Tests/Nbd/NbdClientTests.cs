using System.Diagnostics;
using Kcopyd.Devices;
using Kcopyd.Nbd.Client;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Interop.Tests.Nbd;

/// <summary>Our client on other people's servers.</summary>
public sealed class NbdClientTests : IDisposable
{
    private const int Bytes = 16 << 20;

    private static readonly NbdClientOptions Impatient = new()
    {
        ConnectTimeout = TimeSpan.FromSeconds(30),
        ReconnectTimeout = TimeSpan.Zero,
    };

    private readonly TempDirectory _directory = new();
    private readonly List<PeerServer> _servers = [];

    private string Uri => PeerServer.UriIn(_directory);

    public void Dispose()
    {
        _servers.ForEach(static server => server.Dispose());
        _directory.Dispose();
    }

    [SkippableTheory]
    [InlineData("memory", "16M")]
    [InlineData("file", "FILE")]
    [InlineData("file", "FILE", "--filter=blocksize-policy", "blocksize-minimum=4096", "blocksize-error-policy=error")]
    [InlineData("file", "FILE", "--no-sr")]
    [InlineData("file", "FILE", "--filter=delay", "delay-read=10ms", "delay-write=10ms")]
    [InlineData("memory", "16M", "--filter=nozero")]
    [InlineData("memory", "16M", "--filter=multi-conn", "multi-conn-mode=disable")]
    [InlineData("memory", "16M", "--filter=nozero", "zeromode=emulate")]
    [InlineData("memory", "16M", "--filter=noparallel", "serialize=all-requests")]
    [InlineData("memory", "16M", "--filter=fua", "fuamode=emulate")]
    [InlineData("memory", "16M", "--filter=fua", "fuamode=force")]
    [InlineData("memory", "16M", "--filter=rate", "rate=1G")]
    [InlineData("memory", "16M", "--filter=blocksize", "minblock=4k", "maxdata=64k", "maxlen=1M")]
    [InlineData("file", "FILE", "--filter=blocksize-policy", "blocksize-maximum=32k", "blocksize-error-policy=error")]
    [InlineData("file", "FILE", "--filter=cow")]
    [InlineData("file", "FILE", "--filter=cache")]
    public async Task Nbdkit_holds_what_was_written(params string[] words)
    {
        Require.Programs("nbdkit");
        var file = _directory.Sparse("disk", Bytes);
        var arguments = words.OrderBy(static word => !word.StartsWith('-'));
        await StartNbdkitAsync([.. arguments.Select(word => word == "FILE" ? file : word)]);

        await ExerciseAsync(hasHoles: !words.Contains("--no-sr"));
    }

    [SkippableTheory]
    [InlineData("1")]
    [InlineData("4")]
    public async Task Qemu_nbd_holds_what_was_written(string clients)
    {
        Require.Programs("qemu-nbd");
        var file = _directory.Sparse("disk", Bytes);
        await AddAsync(PeerServer.StartQemuAsync(_directory, "-e", clients, "--discard=unmap", file));

        await ExerciseAsync(hasHoles: true);
    }

    [SkippableFact]
    public async Task Error_of_a_server_names_the_device_the_operation_and_the_reason()
    {
        Require.Programs("nbdkit");
        await StartNbdkitAsync("--filter=error", "memory", "16M", "error-pwrite=ENOSPC", "error-pwrite-rate=1");
        await using var device = await NbdBlockDevice.OpenAsync(Uri, BlockDeviceAccess.ReadWrite, Impatient, default);

        var failure = await Assert.ThrowsAsync<DeviceException>(
            async () => await device.WriteAsync(8192, new byte[4096], WriteDurability.Cached, default));

        Assert.Equal((DeviceErrorKind.NoSpace, 8192L), (failure.Kind, failure.Offset));
        Assert.StartsWith(
            $"{Uri}: write at byte 8192 failed: no space left", failure.Message, StringComparison.Ordinal);
        await device.ReadAsync(0, new byte[4096], default);
    }

    [SkippableFact]
    public async Task Server_that_dies_ends_the_epoch_and_comes_back_within_the_time_given()
    {
        Require.Programs("nbdkit");
        var file = _directory.Sparse("disk", Bytes);
        var patient = new NbdClientOptions { ReconnectTimeout = TimeSpan.FromMinutes(1) };
        var first = await StartNbdkitAsync("file", file);
        await using var device = await NbdBlockDevice.OpenAsync(Uri, BlockDeviceAccess.ReadWrite, patient, default);
        var bytes = TempDirectory.Bytes(65536, 3);
        var epoch = device.WriteEpoch;
        await device.WriteAsync(0, bytes, WriteDurability.Cached, default);
        await device.FlushAsync(epoch, default);
        await device.WriteAsync(65536, bytes, WriteDurability.Cached, default);

        first.Kill();
        var reading = device.ReadAsync(0, new byte[4096], default).AsTask();
        await StartNbdkitAsync("file", file);
        await reading;

        var lost = await Assert.ThrowsAsync<DeviceException>(async () => await device.FlushAsync(epoch, default));
        Assert.Equal(DeviceErrorKind.UnflushedWritesLost, lost.Kind);
        await device.WriteAsync(65536, bytes, WriteDurability.Cached, default);
        await device.FlushAsync(device.WriteEpoch, default);
    }

    [SkippableFact]
    public async Task Requests_that_wait_for_a_server_give_it_up_together()
    {
        Require.Programs("nbdkit");
        const int Requests = 32;
        var patient = new NbdClientOptions { Connections = 1, ReconnectTimeout = TimeSpan.FromSeconds(2) };
        var server = await StartNbdkitAsync("memory", "16M");
        await using var device = await NbdBlockDevice.OpenAsync(Uri, BlockDeviceAccess.ReadWrite, patient, default);
        server.Kill();

        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, Requests).Select(i => Assert.ThrowsAsync<DeviceException>(
            async () => await device.ReadAsync(i * 4096, new byte[4096], default))));

        Assert.True(
            watch.Elapsed < patient.ReconnectTimeout * (Requests / 2),
            $"It took {watch.Elapsed}: one after the other.");
    }

    [SkippableFact]
    public async Task Server_that_comes_back_with_another_size_is_another_device()
    {
        Require.Programs("nbdkit");
        var patient = new NbdClientOptions { ReconnectTimeout = TimeSpan.FromMinutes(1) };
        var first = await StartNbdkitAsync("memory", "16M");
        await using var device = await NbdBlockDevice.OpenAsync(Uri, BlockDeviceAccess.ReadWrite, patient, default);

        first.Kill();
        await StartNbdkitAsync("memory", "8M");

        var failure = await Assert.ThrowsAsync<DeviceException>(
            async () => await device.ReadAsync(0, new byte[4096], default));
        Assert.Equal(DeviceErrorKind.Vanished, failure.Kind);
        Assert.Contains("it has 8388608 bytes, not 16777216", failure.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task What_cannot_be_opened_is_one_sentence()
    {
        Require.Programs("nbdkit");
        var absent = await Assert.ThrowsAsync<DeviceException>(
            () => NbdBlockDevice.OpenAsync(Uri, BlockDeviceAccess.Read, Impatient, default));
        Assert.Contains("there is no such socket", absent.Message, StringComparison.Ordinal);

        await StartNbdkitAsync("-r", "memory", "16M");
        var readOnly = await Assert.ThrowsAsync<DeviceException>(
            () => NbdBlockDevice.OpenAsync(Uri, BlockDeviceAccess.ReadWrite, Impatient, default));
        Assert.Equal(DeviceErrorKind.ReadOnly, readOnly.Kind);
        await using var device = await NbdBlockDevice.OpenAsync(Uri, BlockDeviceAccess.Read, Impatient, default);
        Assert.True(device.Geometry.IsReadOnly);
        var refused = await Assert.ThrowsAsync<DeviceException>(
            async () => await device.WriteAsync(0, new byte[512], WriteDurability.Cached, default));
        Assert.Equal(DeviceErrorKind.ReadOnly, refused.Kind);
    }

    /// <summary>Writes, zeroes, discards, flushes by several tasks, and reads all back.</summary>
    private async Task ExerciseAsync(bool hasHoles)
    {
        var expected = new byte[Bytes];
        await using (var device = await NbdBlockDevice.OpenAsync(Uri, BlockDeviceAccess.ReadWrite, Impatient, default))
        {
            Assert.Equal(Bytes, device.Geometry.LengthBytes);
            var epoch = device.WriteEpoch;
            await Task.WhenAll(Enumerable.Range(0, 8).Select(async task =>
            {
                for (var i = 0; i < 8; i++)
                {
                    var at = ((i * 8) + task) * 131072;
                    var bytes = TempDirectory.Bytes(131072, at);
                    bytes.CopyTo(expected, at);
                    var durability = i == 3 ? WriteDurability.Durable : WriteDurability.Cached;
                    await device.WriteAsync(at, bytes, durability, default);
                }
            }));
            await device.WriteZeroesAsync(1 << 20, 1 << 20, default);
            expected.AsSpan(1 << 20, 1 << 20).Clear();
            await device.FlushAsync(epoch, default);
            if (hasHoles)
            {
                var status = await device.GetBlockStatusAsync(8 << 20, 8 << 20, default);
                Assert.Equal(8L << 20, status[0].Offset);
                Assert.NotEqual(BlockStatus.Data, status[^1].Status);
            }
        }

        await using var again = await NbdBlockDevice.OpenAsync(Uri, BlockDeviceAccess.Read, Impatient, default);
        var all = new byte[Bytes];
        await again.ReadAsync(0, all, default);
        Assert.True(expected.AsSpan().SequenceEqual(all));
    }

    private Task<PeerServer> StartNbdkitAsync(params string[] arguments) =>
        AddAsync(PeerServer.StartNbdkitAsync(_directory, arguments));

    private async Task<PeerServer> AddAsync(Task<PeerServer> starting)
    {
        var server = await starting;
        _servers.Add(server);
        return server;
    }
}
