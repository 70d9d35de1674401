using System.Net.Sockets;
using Kcopyd.Core;
using Kcopyd.Devices;
using Kcopyd.Nbd.Client;
using Kcopyd.Nbd.Serving;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Nbd.Tests.Client;

/// <summary>Where a caller goes on when its request is answered.</summary>
public sealed class ContinuationTests : IAsyncLifetime, IDisposable
{
    private const string Receiver = "kcopyd nbd receiver";

    private readonly TempDirectory _directory = new();
    private readonly MemoryBlockDevice _disk = new(1.MiB);
    private readonly NbdServer _server = new(new NbdServerOptions());

    public Task InitializeAsync()
    {
        _server.Add(new NbdExport("disk", _disk));
        _server.Listen(new UnixDomainSocketEndPoint(_directory["socket"]));
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        await _disk.DisposeAsync();
    }

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Caller_goes_on_where_the_options_say(bool isOnReceiver)
    {
        // What is answered before the caller awaits it goes on where it is: of so many some are not.
        var threads = await ReadAsync(isOnReceiver, 200);

        Assert.Equal(isOnReceiver, threads.Contains(Receiver));
    }

    [Fact]
    public async Task Caller_on_the_receiver_may_ask_again_and_may_close_the_device()
    {
        await WriteAsync(100).WaitAsync(TimeSpan.FromMinutes(1));

        var bytes = new byte[4096];
        _disk.Read(4096 * 99, bytes);
        Assert.Equal(99, bytes[0]);
    }

    private async Task<IReadOnlyList<string?>> ReadAsync(bool isOnReceiver, int count)
    {
        var device = await OpenAsync(isOnReceiver).ConfigureAwait(false);
        List<string?> threads = [];
        for (var i = 0; i < count; i++)
        {
            await device.ReadAsync(0, new byte[512], default).ConfigureAwait(false);
            threads.Add(Thread.CurrentThread.Name);
        }

        await device.DisposeAsync().ConfigureAwait(false);
        return threads;
    }

    private async Task WriteAsync(int count)
    {
        var device = await OpenAsync(isOnReceiver: true).ConfigureAwait(false);
        var bytes = new byte[4096];
        for (var i = 0; i < count; i++)
        {
            bytes[0] = (byte)i;
            await device.WriteAsync(4096 * i, bytes, WriteDurability.Cached, default).ConfigureAwait(false);
            await device.FlushAsync(device.WriteEpoch, default).ConfigureAwait(false);
        }

        await device.DisposeAsync().ConfigureAwait(false);
    }

    private Task<NbdBlockDevice> OpenAsync(bool isOnReceiver) => NbdBlockDevice.OpenAsync(
        $"nbd+unix:///disk?socket={_directory["socket"]}",
        BlockDeviceAccess.ReadWrite,
        new NbdClientOptions { ContinuesOnReceiver = isOnReceiver },
        default);
}
