using System.Diagnostics;
using System.Net.Sockets;
using Kcopyd.Devices;
using Kcopyd.Nbd.Client;
using Kcopyd.Nbd.Protocol;
using Kcopyd.Nbd.Serving;
using Kcopyd.Tests.Shared;
using Xunit.Abstractions;

namespace Kcopyd.Nbd.Tests.Serving;

/// <summary>Random clients on a real server, honest and wrong ones side by side: see <see cref="FuzzRun"/>.</summary>
/// <param name="output">Takes what was counted.</param>
[Collection(AloneCollection.Name)]
public sealed class NbdServerFuzzTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int FewMessages = 20_000;
    private const int ClientsOfARound = 32;
    private const int ClientsSideBySide = 4;
    private const long MaxGrowthBytes = 16 << 20;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly TempDirectory _directory = new();
    private readonly FuzzedDisk _disk = new();
    private readonly FuzzedDisk _readOnly = new();
    private int _unobserved;
    private long _answers;
    private long _honestAnswers;

    private string SocketPath => _directory["socket"];

    public async Task InitializeAsync()
    {
        TaskScheduler.UnobservedTaskException += OnUnobserved;
        await _readOnly.ResetAsync();
    }

    public async Task DisposeAsync()
    {
        TaskScheduler.UnobservedTaskException -= OnUnobserved;
        await _disk.DisposeAsync();
        await _readOnly.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public Task Server_outlives_what_clients_say() => FuzzRun.SeededAsync(async seed =>
    {
        using var certificate = SelfSigned.Create("localhost");
        var server = new NbdServer(new NbdServerOptions { MaxRequestBytes = 1 << 20, Certificate = certificate });
        server.Add(new NbdExport("disk", _disk.Device) { Description = "a disk" });
        server.Add(new NbdExport("mixed", new MixedBlockDevice(_disk.Device)));
        server.Add(new NbdExport("read-only", _readOnly.Device) { IsReadOnly = true });
        server.Listen(new UnixDomainSocketEndPoint(SocketPath));
        var random = new Random(seed);
        await RoundAsync(random);
        var (before, clock) = (LiveBytes(), Stopwatch.StartNew());
        var (messages, untouched) = (0L, 0L);
        for (var wanted = FuzzRun.Count(FewMessages); messages < wanted;)
        {
            messages += await RoundAsync(random);
            untouched += await _disk.CheckAsync();
        }

        var after = LiveBytes();
        await HonestAsync();
        await server.DisposeAsync();
        output.WriteLine(
            $"seed {seed}: {messages} messages in {clock.Elapsed.TotalSeconds:F1} s; {before} bytes live before, "
            + $"{after} after; {untouched} blocks were seen to be untouched, {_disk.ChangedBlocks} changed; "
            + $"{_answers} answers were right, {_honestAnswers} of them all that honest clients wanted");
        Assert.Equal(0, server.ConnectionCount);
        Assert.Equal(FuzzedDisk.Length / 512, await _readOnly.CheckAsync());
        Assert.True(untouched > 0 && _disk.ChangedBlocks > 0, "nothing was checked, or nothing was written");
        Assert.True(_honestAnswers > messages / 10, "few answers were checked");
        Assert.InRange(after - before, long.MinValue, MaxGrowthBytes);
        LiveBytes();
        Assert.Equal(0, _unobserved);
    });

    /// <summary>Some clients, several at a time.</summary>
    /// <returns>How many messages they had.</returns>
    private async Task<long> RoundAsync(Random random)
    {
        await _disk.ResetAsync();
        var messages = 0L;
        for (var i = 0; i < ClientsOfARound; i += ClientsSideBySide)
        {
            var talks = new List<Task>();
            for (var client = 0; client < ClientsSideBySide; client++)
            {
                var drawn = new FuzzedClient(random, FuzzedDisk.Length).Draw();
                var bytes = drawn.ToBytes();
                messages += drawn.Count;
                _disk.Allow(bytes);
                talks.Add(TalkAsync(drawn, bytes, new Random(random.Next())));
            }

            await Task.WhenAll(talks).WaitAsync(Limit);
        }

        return messages;
    }

    /// <summary>Says all in pieces, and reads what comes until the server's end; or goes before.</summary>
    private async Task TalkAsync(FuzzedClient client, byte[] bytes, Random random)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath));
        using var heard = new MemoryStream();
        var isDeaf = random.Next(8) == 0;
#pragma warning disable CA2025 // waited for, or ended by the end of the socket
        var hearing = isDeaf ? Task.CompletedTask : HearAsync(socket, heard);
#pragma warning restore CA2025
        if (!await SayAsync(socket, bytes, random))
        {
            return;
        }

        await hearing;
        if (!isDeaf)
        {
            Check(client, bytes, heard.ToArray());
        }
    }

    /// <returns>Whether it came to the end, or the server did not want to hear all; it may go before.</returns>
    private static async Task<bool> SayAsync(Socket socket, byte[] bytes, Random random)
    {
        try
        {
            for (var at = 0; at < bytes.Length;)
            {
                var piece = Math.Min(random.Next(1, 1 << random.Next(3, 16)), bytes.Length - at);
                await socket.SendAsync(bytes.AsMemory(at, piece)).AsTask().WaitAsync(Limit);
                at += piece;
                if (random.Next(200) == 0)
                {
                    return false;
                }
            }

            socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // The server closed the connection, and may.
        }

        return true;
    }

    private static async Task HearAsync(Socket socket, MemoryStream heard)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await socket.ReceiveAsync(buffer) is > 0 and var count)
            {
                heard.Write(buffer, 0, count);
            }
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException)
        {
            // A reset is an end too.
        }
    }

    /// <summary>What came is whole and right, and an honest client has an answer to all that it asked.</summary>
    private void Check(FuzzedClient client, byte[] said, byte[] heard)
    {
        var replies = new HeardReplies(
            said, flags => flags.HasFlag(NbdTransmissionFlags.ReadOnly) ? _readOnly : _disk);
        replies.Check(heard);
        Interlocked.Add(ref _answers, replies.Answered?.Count ?? 0);
        if (client.IsHonest && replies.Answered is { } answered)
        {
            Assert.Equal(client.Cookies.Order(), answered.Order());
            Interlocked.Add(ref _honestAnswers, answered.Count);
        }
    }

    /// <summary>A client that keeps to the protocol still reads what it wrote.</summary>
    private async Task HonestAsync()
    {
        await using var device = await NbdBlockDevice.OpenAsync(
            $"nbd+unix:///disk?socket={SocketPath}", BlockDeviceAccess.ReadWrite, null, default);
        var (written, read) = (TempDirectory.Bytes(65536, 3), new byte[65536]);
        await device.WriteAsync(4096, written, WriteDurability.Durable, default).AsTask().WaitAsync(Limit);
        await device.ReadAsync(4096, read, default).AsTask().WaitAsync(Limit);
        Assert.Equal(written, read);
    }

    private static long LiveBytes()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    private void OnUnobserved(object? sender, UnobservedTaskExceptionEventArgs args)
    {
        Interlocked.Increment(ref _unobserved);
        output.WriteLine($"unobserved: {args.Exception}");
    }
}
