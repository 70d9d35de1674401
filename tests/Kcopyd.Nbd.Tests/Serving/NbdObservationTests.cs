using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net.Sockets;
using System.Threading.Channels;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Core;
using Kcopyd.Devices;
using Kcopyd.Nbd.Client;
using Kcopyd.Nbd.Serving;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Nbd.Tests.Serving;

/// <summary>What a server tells of what its devices fail, and what it measures.</summary>
[Collection(AloneCollection.Name)]
public sealed class NbdObservationTests : IAsyncLifetime
{
    private const int Block = 4096;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly TempDirectory _directory = new();
    private readonly Channel<NbdRequestFailure> _failures = Channel.CreateUnbounded<NbdRequestFailure>();
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<(string Instrument, string? Command, long Value)> _measured = [];
    private readonly string _export = $"{Guid.NewGuid()}";
    private NbdServer? _server;

    public Task InitializeAsync()
    {
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name == "Kcopyd.Actors"
                && instrument.Name.StartsWith("kcopyd.nbd.", StringComparison.Ordinal))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            // Connections of no export are counted without one.
            var all = tags.ToArray().ToDictionary(static tag => tag.Key, static tag => tag.Value as string);
            if (all.GetValueOrDefault("export", _export) == _export)
            {
                _measured.Enqueue((instrument.Name, all.GetValueOrDefault("command"), value));
            }
        });
        _listener.Start();
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        _listener.Dispose();
        await _server!.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task Request_that_a_device_fails_is_told_and_counted()
    {
        Serve(new DeviceFault(DeviceOperation.Read), new DeviceFault(DeviceOperation.Write));
        await using var client = await OpenAsync();

        await Assert.ThrowsAsync<DeviceException>(() => ReadAsync(client));
        await Assert.ThrowsAsync<DeviceException>(() => WriteAsync(client));
        await ReadAsync(client);
        await WriteAsync(client);

        foreach (var operation in new[] { DeviceOperation.Read, DeviceOperation.Write })
        {
            var failure = await _failures.Reader.ReadAsync().AsTask().WaitAsync(Limit);
            Assert.Equal((_export, $"process {Environment.ProcessId}"), (failure.Export, failure.Peer));
            Assert.Equal(operation, Assert.IsType<DeviceException>(failure.Cause).Operation);
        }

        // The answer goes out before it is counted; a flush is the last that is answered.
        await client.FlushAsync(client.WriteEpoch, default).AsTask().WaitAsync(Limit);
        await client.DisposeAsync().AsTask().WaitAsync(Limit);
        await _server!.DisposeAsync().AsTask().WaitAsync(Limit);
        Assert.False(_failures.Reader.TryRead(out _));
        Assert.Equal((2, 2, 1), (Sum("requests", "read"), Sum("requests", "write"), Sum("requests", "flush")));
        Assert.Equal((1, 1, 0), (Sum("errors", "read"), Sum("errors", "write"), Sum("errors", "flush")));
        Assert.Equal((Block, Block), (Sum("io", "read"), Sum("io", "write")));
    }

    [Fact]
    public async Task Request_that_is_wrong_is_no_failure_of_the_device()
    {
        Serve(new DeviceFault(DeviceOperation.Read) { Kind = DeviceErrorKind.InvalidRequest });
        await using var client = await OpenAsync();

        await Assert.ThrowsAsync<DeviceException>(() => ReadAsync(client));
        await client.DisposeAsync().AsTask().WaitAsync(Limit);
        await _server!.DisposeAsync().AsTask().WaitAsync(Limit);

        Assert.False(_failures.Reader.TryRead(out _));
        Assert.Equal((1, 0, 0), (Sum("requests", "read"), Sum("errors", "read"), Sum("io", "read")));
    }

    [Fact]
    public async Task Clients_that_come_and_go_are_counted()
    {
        Serve();
        var client = await OpenAsync();
        await client.DisposeAsync().AsTask().WaitAsync(Limit);
        await _server!.DisposeAsync().AsTask().WaitAsync(Limit);

        // A client of another test may have been cut, and end late.
        Assert.Equal(1, Values("server.connections").First(static change => change > 0));
        Assert.Contains(-1, Values("server.connections"));
    }

    [Fact]
    public async Task Connection_that_a_device_loses_is_counted()
    {
        Serve();
        await using var client = await OpenAsync();
        await ReadAsync(client);
        await _server!.DisposeAsync().AsTask().WaitAsync(Limit);

        await Assert.ThrowsAsync<DeviceException>(() => ReadAsync(client));

        Assert.Equal([1], Values("client.losses"));
    }

    private void Serve(params DeviceFault[] faults)
    {
        _server = new NbdServer(new NbdServerOptions())
        {
            RequestFailed = failure =>
            {
                _failures.Writer.TryWrite(failure);
                throw new InvalidOperationException("who hears of it may fail");
            },
        };
        _server.Add(new NbdExport(_export, new FaultyBlockDevice(new MemoryBlockDevice(1.MiB), faults)));
        _server.Listen(new UnixDomainSocketEndPoint(_directory["socket"]));
    }

    private Task<NbdBlockDevice> OpenAsync() => NbdBlockDevice.OpenAsync(
        $"nbd+unix:///{_export}?socket={_directory["socket"]}",
        BlockDeviceAccess.ReadWrite,
        new NbdClientOptions { Connections = 1, ReconnectTimeout = TimeSpan.Zero },
        default);

    private static Task ReadAsync(NbdBlockDevice client) =>
        client.ReadAsync(0, new byte[Block], default).AsTask().WaitAsync(Limit);

    private static Task WriteAsync(NbdBlockDevice client) =>
        client.WriteAsync(0, new byte[Block], WriteDurability.Cached, default).AsTask().WaitAsync(Limit);

    private long Sum(string instrument, string command) => _measured
        .Where(one => one.Instrument == $"kcopyd.nbd.server.{instrument}" && one.Command == command)
        .Sum(static one => one.Value);

    private IEnumerable<long> Values(string instrument) => _measured
        .Where(one => one.Instrument == $"kcopyd.nbd.{instrument}")
        .Select(static one => one.Value);
}
