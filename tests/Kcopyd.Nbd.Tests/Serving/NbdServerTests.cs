using System.Net;
using System.Net.Sockets;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Core;
using Kcopyd.Devices;
using Kcopyd.Nbd.Client;
using Kcopyd.Nbd.Serving;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Nbd.Tests.Serving;

/// <summary>Who may connect, for how long, and what becomes of requests when it ends.</summary>
public sealed class NbdServerTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(100);

    private static readonly NbdClientOptions Impatient = new() { Connections = 1, ReconnectTimeout = TimeSpan.Zero };

    private readonly TempDirectory _directory = new();

    private string SocketPath => _directory["socket"];

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Client_that_chooses_no_export_is_closed()
    {
        var server = Serve(new MemoryBlockDevice(1.MiB), new NbdServerOptions { HandshakeTimeout = Short });
        await using var ending = server;
        using var client = await ConnectAsync();

        await EndAsync(client);
    }

    [Fact]
    public async Task Idle_client_is_closed_and_one_with_a_request_under_way_is_not()
    {
        var device = new GatedBlockDevice(new MemoryBlockDevice(1.MiB), DeviceOperation.Read);
        var server = Serve(device, new NbdServerOptions { IdleTimeout = Short });
        await using var ending = server;
        await using var busy = await OpenAsync();
        await busy.WriteAsync(0, new byte[512], WriteDurability.Cached, default);
        var epoch = busy.WriteEpoch;
        var reading = busy.ReadAsync(0, new byte[512], default).AsTask();
        var gated = await device.NextAsync().WaitAsync(Limit);

        // These began to be idle after the busy one.
        for (var i = 0; i < 3; i++)
        {
            using var idle = await ConnectAsync();
            await idle.SendAsync(Choice);
            await EndAsync(idle);
        }

        gated.Release();
        await reading.WaitAsync(Limit);
        device.OpenGate();
        await busy.ReadAsync(0, new byte[512], default).AsTask().WaitAsync(Limit);
        Assert.Equal(epoch, busy.WriteEpoch);
    }

    [Fact]
    public async Task Export_is_removed_when_nothing_of_its_clients_is_under_way()
    {
        var device = new GatedBlockDevice(new MemoryBlockDevice(1.MiB), DeviceOperation.Write);
        var server = Serve(device, new NbdServerOptions());
        await using var ending = server;
        await using var client = await OpenAsync();
        var writing = client.WriteAsync(0, new byte[512], WriteDurability.Cached, default).AsTask();
        var gated = await device.NextAsync().WaitAsync(Limit);

        var removing = server.RemoveAsync(server.GetClients()[0].Export!).AsTask();
        Assert.False(removing.IsCompleted);
        gated.Release();

        Assert.True(await removing.WaitAsync(Limit));
        await writing.WaitAsync(Limit);
    }

    [Fact]
    public async Task Client_is_idle_from_its_last_answer_on()
    {
        var timeout = TimeSpan.FromMilliseconds(400);
        var device = new GatedBlockDevice(new MemoryBlockDevice(1.MiB), DeviceOperation.Read);
        var server = Serve(device, new NbdServerOptions { IdleTimeout = timeout });
        await using var ending = server;
        using var busy = await ConnectAsync();
        byte[] read = [0x25, 0x60, 0x95, 0x13, .. new byte[22], 2, 0];
        await busy.SendAsync((byte[])[.. Choice, .. read]);
        var gated = await device.NextAsync().WaitAsync(Limit);

        // The answer comes shortly before the server looks for the second time.
        using var pair = new SocketPair();
        var waited = new TaskCompletionSource();
        using var watch = new IdleWatch(timeout * 1.75, pair.Client, waited.SetResult);
        await waited.Task.WaitAsync(Limit);
        var answered = TimeProvider.System.GetTimestamp();
        gated.Release();
        await EndAsync(busy);

        Assert.True(TimeProvider.System.GetElapsedTime(answered) >= timeout - Short, "ended before it was idle");
    }

    [Fact]
    public async Task Clients_are_told_while_others_come_and_go()
    {
        var server = Serve(new MemoryBlockDevice(1.MiB), new NbdServerOptions());
        await using var ending = server;
        using var staying = await ConnectAsync();
        await staying.SendAsync(Choice);
        await staying.ReceiveAsync(new byte[1]).WaitAsync(Limit);
        var coming = Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 300; i++)
            {
                using var client = await ConnectAsync();
            }
        })));

        while (!coming.IsCompleted)
        {
            Assert.NotEmpty(server.GetClients());
        }

        await coming.WaitAsync(Limit);
    }

    [Fact]
    public async Task Idle_client_is_closed_also_in_the_middle_of_a_request()
    {
        var server = Serve(new MemoryBlockDevice(1.MiB), new NbdServerOptions { IdleTimeout = Short });
        await using var ending = server;
        using var client = await ConnectAsync();

        byte[] halfARequest = [.. Choice, 0x25, 0x60];
        await client.SendAsync(halfARequest);

        await EndAsync(client);
    }

    [Fact]
    public async Task Clients_beyond_the_limit_are_closed_at_once()
    {
        var server = Serve(new MemoryBlockDevice(1.MiB), new NbdServerOptions { MaxConnections = 2 });
        await using var ending = server;
        await using var first = await OpenAsync();
        await using var second = await OpenAsync();

        await Assert.ThrowsAsync<DeviceException>(OpenAsync);

        Assert.Equal(2, server.ConnectionCount);
        await second.ReadAsync(0, new byte[512], default);
    }

    [Fact]
    public async Task Address_beyond_this_machine_needs_tls_or_leave()
    {
        await using var plain = new NbdServer(new NbdServerOptions());
        var any = new IPEndPoint(IPAddress.Any, 0);

        var refusal = Assert.Throws<ArgumentException>(() => plain.Listen(any));

        Assert.Contains("Without TLS a server listens on loopback only", refusal.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => plain.Listen(new IPEndPoint(IPAddress.IPv6Any, 0)));
        Assert.Throws<ArgumentException>(() => plain.Listen(new IPEndPoint(IPAddress.Parse("192.0.2.1"), 0)));
        Assert.Throws<ArgumentException>(() => new NbdServer(new NbdServerOptions { RequireTls = true }));

        // Whoever is allowed gets as far as the network, which has no such address.
        await using var allowed = new NbdServer(new NbdServerOptions { AllowPlainRemote = true });
        Assert.Throws<SocketException>(() => allowed.Listen(new IPEndPoint(IPAddress.Parse("192.0.2.1"), 0)));
        using var certificate = SelfSigned.Create("localhost");
        await using var tls = new NbdServer(new NbdServerOptions { RequireTls = true, Certificate = certificate });
        Assert.Throws<SocketException>(() => tls.Listen(new IPEndPoint(IPAddress.Parse("192.0.2.1"), 0)));
    }

    [Fact]
    public async Task Request_under_way_is_answered_before_the_end()
    {
        var device = new GatedBlockDevice(new MemoryBlockDevice(1.MiB), DeviceOperation.Write);
        var server = Serve(device, new NbdServerOptions());
        await using var client = await OpenAsync();
        var writing = client.WriteAsync(512, new byte[512], WriteDurability.Cached, default).AsTask();
        var gated = await device.NextAsync().WaitAsync(Limit);

        var ending = server.DisposeAsync().AsTask();
        Assert.False(ending.IsCompleted);
        gated.Release();

        await ending.WaitAsync(Limit);
        await writing.WaitAsync(Limit);
        Assert.Equal(0, server.ConnectionCount);
    }

    [Fact]
    public async Task Client_whose_request_takes_too_long_is_cut_at_the_end()
    {
        var device = new GatedBlockDevice(new MemoryBlockDevice(1.MiB), DeviceOperation.Write);
        var gone = new TaskCompletionSource();
        var server = Serve(device, new NbdServerOptions { DrainTimeout = Short }, _ => gone.TrySetResult());
        await using var client = await OpenAsync();
        var writing = client.WriteAsync(512, new byte[512], WriteDurability.Cached, default).AsTask();
        var gated = await device.NextAsync().WaitAsync(Limit);

        var ending = server.DisposeAsync().AsTask();

        await Assert.ThrowsAsync<DeviceException>(() => writing.WaitAsync(Limit));
        await ending.WaitAsync(Limit);
        Assert.True(gated.IsWaiting);
        Assert.Equal(1, server.ConnectionCount);
        gated.Release();
        await gone.Task.WaitAsync(Limit);
    }

    [Fact]
    public async Task Server_ends_though_its_device_never_answers_and_its_clients_wait_for_their_turn()
    {
        var device = new GatedBlockDevice(new MemoryBlockDevice(1.MiB), DeviceOperation.Write);
        var server = Serve(device, new NbdServerOptions { DrainTimeout = Short, MaxRequests = 1 });
        await using var client = await OpenAsync();
        var first = client.WriteAsync(512, new byte[512], WriteDurability.Cached, default).AsTask();
        var gated = await device.NextAsync().WaitAsync(Limit);
        var second = client.WriteAsync(1024, new byte[512], WriteDurability.Cached, default).AsTask();

        await server.DisposeAsync().AsTask().WaitAsync(Limit);

        await Assert.ThrowsAsync<DeviceException>(() => first.WaitAsync(Limit));
        await Assert.ThrowsAsync<DeviceException>(() => second.WaitAsync(Limit));
        gated.Release();
        device.OpenGate();
    }

    [Fact]
    public async Task Export_that_is_removed_ends_its_clients_after_their_requests()
    {
        var device = new GatedBlockDevice(new MemoryBlockDevice(1.MiB), DeviceOperation.Write);
        var server = Serve(device, new NbdServerOptions());
        await using var ending = server;
        await using var client = await OpenAsync();
        var writing = client.WriteAsync(512, new byte[512], WriteDurability.Cached, default).AsTask();
        var gated = await device.NextAsync().WaitAsync(Limit);

        Assert.True(server.Remove("disk"));
        Assert.False(server.Remove("disk"));
        gated.Release();

        await writing.WaitAsync(Limit);
        var gone = await Assert.ThrowsAsync<DeviceException>(async () =>
        {
            while (true)
            {
                await client.ReadAsync(0, new byte[512], default).AsTask().WaitAsync(Limit);
            }
        });
        Assert.StartsWith("nbd+unix:///disk", gone.Message, StringComparison.Ordinal);
        Assert.Equal(DeviceErrorKind.NotFound, (await Assert.ThrowsAsync<DeviceException>(OpenAsync)).Kind);
    }

    [Fact]
    public async Task Defect_of_a_device_is_an_error_of_the_device_and_the_connection_lives()
    {
        var device = new GatedBlockDevice(new MemoryBlockDevice(1.MiB), DeviceOperation.Write);
        var server = Serve(device, new NbdServerOptions());
        await using var ending = server;
        await using var client = await OpenAsync();
        var epoch = client.WriteEpoch;
        var writing = client.WriteAsync(512, new byte[512], WriteDurability.Cached, default).AsTask();

        (await device.NextAsync().WaitAsync(Limit)).Fail(new InvalidOperationException("a defect"));

        var failure = await Assert.ThrowsAsync<DeviceException>(() => writing.WaitAsync(Limit));
        Assert.Equal((DeviceErrorKind.Io, 5), (failure.Kind, failure.Errno));
        await client.ReadAsync(0, new byte[512], default);
        Assert.Equal((epoch, 1), (client.WriteEpoch, server.ConnectionCount));
    }

    [Fact]
    public async Task Flush_fails_once_on_every_connection_that_relied_on_a_lost_epoch()
    {
        var device = new EndingBlockDevice(new MemoryBlockDevice(1.MiB));
        var server = Serve(device, new NbdServerOptions());
        await using var ending = server;
        await using var first = await OpenAsync();
        await using var second = await OpenAsync();
        await first.WriteAsync(0, new byte[512], WriteDurability.Cached, default);
        await second.WriteAsync(512, new byte[512], WriteDurability.Cached, default);

        device.EndEpoch();

        await Assert.ThrowsAsync<DeviceException>(async () => await first.FlushAsync(first.WriteEpoch, default));
        await first.FlushAsync(first.WriteEpoch, default);
        await Assert.ThrowsAsync<DeviceException>(async () => await second.FlushAsync(second.WriteEpoch, default));
        await second.FlushAsync(second.WriteEpoch, default);
    }

    /// <summary>The flags of a client, and the option that takes the export.</summary>
    private static byte[] Choice =>
        [0, 0, 0, 3, .. "IHAVEOPT"u8, 0, 0, 0, 1, 0, 0, 0, 4, .. "disk"u8];

    private NbdServer Serve(IBlockDevice device, NbdServerOptions options, Action<Exception>? failed = null)
    {
        var server = new NbdServer(options) { ConnectionFailed = failed };
        server.Add(new NbdExport("disk", device));
        server.Listen(new UnixDomainSocketEndPoint(SocketPath));
        return server;
    }

    private Task<NbdBlockDevice> OpenAsync() => NbdBlockDevice.OpenAsync(
        $"nbd+unix:///disk?socket={SocketPath}", BlockDeviceAccess.ReadWrite, Impatient, default).WaitAsync(Limit);

    private async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath));
        return socket;
    }

    /// <summary>Waits until the server closes a connection.</summary>
    private static async Task EndAsync(Socket client)
    {
        var buffer = new byte[4096];
        while (await client.ReceiveAsync(buffer).WaitAsync(Limit) > 0)
        {
        }
    }
}
