using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Kcopyd.Devices;
using Kcopyd.Nbd.Serving;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Interop.Tests.Nbd;

/// <summary>Other people's clients on our server.</summary>
public sealed class NbdServerTests : IAsyncLifetime
{
    private const int Bytes = 32 << 20;

    private readonly TempDirectory _directory = new();
    private readonly List<IBlockDevice> _devices = [];
    private readonly List<Exception> _failures = [];
    private readonly NbdServer _server;

    public NbdServerTests() => _server = new NbdServer(new NbdServerOptions()) { ConnectionFailed = _failures.Add };

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        foreach (var device in _devices)
        {
            await device.DisposeAsync();
        }

        _directory.Dispose();
    }

    [SkippableFact]
    public async Task Nbdinfo_sees_what_an_export_is()
    {
        Require.Programs("nbdinfo");
        var uri = await ServeAsync(_directory.Sparse("disk", Bytes), isUnix: true, isReadOnly: false);
        await ServeAsync(_directory.Sparse("other", 4096), isUnix: true, isReadOnly: true, "other");

        using var list = JsonDocument.Parse(Shell.Run("nbdinfo", "--json", "--list", uri));

        var exports = list.RootElement.GetProperty("exports").EnumerateArray().ToArray();
        Assert.Equal(["", "other"], exports.Select(export => export.GetProperty("export-name").GetString()));
        var disk = exports[0];
        Assert.Equal(Bytes, disk.GetProperty("export-size").GetInt64());
        var contexts = disk.GetProperty("contexts").EnumerateArray();
        Assert.Equal(["base:allocation"], contexts.Select(name => name.GetString()));
        Assert.Equal(32 << 20, disk.GetProperty("block_size_maximum").GetInt32());
        string[] abilities = ["can_flush", "can_fua", "can_zero", "can_trim", "can_multi_conn", "can_df"];
        Assert.All(abilities, ability => Assert.True(disk.GetProperty(ability).GetBoolean(), ability));
        Assert.True(exports[1].GetProperty("is_read_only").GetBoolean());
        Assert.Empty(_failures);
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Nbdcopy_and_qemu_img_copy_and_compare(bool isUnix)
    {
        Require.Programs("nbdcopy", "qemu-img");
        var image = _directory.File("image", Bytes, seed: 5);
        var target = _directory.Sparse("target", Bytes);
        var uri = await ServeAsync(target, isUnix, isReadOnly: false);

        Shell.Run("nbdcopy", "--flush", image, uri);
        Shell.Run("cmp", image, target);
        Shell.Run("nbdcopy", uri, _directory["back"]);
        Shell.Run("cmp", image, _directory["back"]);
        Shell.Run("qemu-img", "compare", "-f", "raw", "-F", "raw", image, uri);
        Shell.Run("qemu-img", "convert", "-f", "raw", "-O", "qcow2", uri, _directory["qcow2"]);
        Shell.Run("qemu-img", "compare", "-f", "qcow2", "-F", "raw", _directory["qcow2"], uri);
        Assert.Empty(_failures);
    }

    [SkippableFact]
    public async Task Qemu_io_writes_zeroes_trims_and_reads_back()
    {
        Require.Programs("qemu-io", "nbdinfo");
        var target = _directory.File("target", Bytes, seed: 5);
        var uri = await ServeAsync(target, isUnix: true, isReadOnly: false);

        Shell.Run(
            "qemu-io", "-f", "raw", uri,
            "-c", "write -P 7 1M 64k",
            "-c", "write -f -P 8 2M 512",
            "-c", "write -z 3M 1M",
            "-c", "write -z -u 8M 4M",
            "-c", "discard 16M 4M",
            "-c", "flush",
            "-c", "read -P 7 1M 64k",
            "-c", "read -P 8 2M 512",
            "-c", "read -P 0 3M 1M",
            "-c", "read -P 0 8M 4M",
            "-c", "read -P 0 16M 4M");

        using var map = JsonDocument.Parse(Shell.Run("nbdinfo", "--json", "--map", uri));
        var holes = map.RootElement.EnumerateArray()
            .Where(extent => extent.GetProperty("type").GetInt32() == 3)
            .Select(extent => extent.GetProperty("offset").GetInt64())
            .ToArray();
        Assert.Contains(8L << 20, holes);
        Assert.Contains(16L << 20, holes);
        Assert.Empty(_failures);
    }

    private async Task<string> ServeAsync(string path, bool isUnix, bool isReadOnly, string name = "")
    {
        var device = await new BlockDeviceOpener().OpenAsync(
            path, new BlockDeviceOpenOptions { Access = BlockDeviceAccess.ReadWrite }, default);
        _devices.Add(device);
        _server.Add(new NbdExport(name, device) { IsReadOnly = isReadOnly });
        if (isUnix)
        {
            var socket = _directory["socket"];
            if (!File.Exists(socket))
            {
                _server.Listen(new UnixDomainSocketEndPoint(socket));
            }

            return $"nbd+unix:///{name}?socket={socket}";
        }

        var at = (IPEndPoint)_server.Listen(new IPEndPoint(IPAddress.Loopback, 0));
        return $"nbd://127.0.0.1:{at.Port}/{name}";
    }
}
