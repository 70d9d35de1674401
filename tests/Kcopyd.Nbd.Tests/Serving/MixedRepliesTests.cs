using System.Net.Sockets;
using Kcopyd.Core;
using Kcopyd.Devices;
using Kcopyd.Nbd.Client;
using Kcopyd.Nbd.Serving;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Nbd.Tests.Serving;

/// <summary>A connection whose requests are answered by its own thread and by others, in any order and size.</summary>
public sealed class MixedRepliesTests : IDisposable
{
    private const int Writers = 16;
    private const int Operations = 150;
    private const int Region = 512 << 10;
    private const int Block = 512;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Every_reader_gets_what_it_wrote(int seed)
    {
        var device = new MixedBlockDevice(new MemoryBlockDevice(new ByteCount(Writers * Region)));
        var server = new NbdServer(new NbdServerOptions());
        await using var ending = server;
        server.Add(new NbdExport("disk", device));
        server.Listen(new UnixDomainSocketEndPoint(_directory["socket"]));
        await using var client = await NbdBlockDevice.OpenAsync(
            $"nbd+unix:///disk?socket={_directory["socket"]}",
            BlockDeviceAccess.ReadWrite,
            new NbdClientOptions { Connections = 1, ReconnectTimeout = TimeSpan.Zero },
            default);

        await Task.WhenAll(Enumerable.Range(0, Writers).Select(
            writer => Task.Run(() => WriteAndReadAsync(client, writer, new Random((seed * Writers) + writer)))))
            .WaitAsync(Limit);
    }

    private static async Task WriteAndReadAsync(NbdBlockDevice client, int writer, Random random)
    {
        var expected = new byte[Region];
        for (var i = 0; i < Operations; i++)
        {
            var length = random.Next(1, random.Next(3) == 0 ? 256 : 16) * Block;
            var offset = random.Next((Region - length) / Block) * Block;
            var bytes = new byte[length];
            if (random.Next(2) == 0)
            {
                random.NextBytes(bytes);
                bytes.CopyTo(expected, offset);
                await client.WriteAsync((writer * Region) + offset, bytes, WriteDurability.Cached, default);
            }
            else
            {
                await client.ReadAsync((writer * Region) + offset, bytes, default);
                Assert.True(
                    bytes.AsSpan().SequenceEqual(expected.AsSpan(offset, length)), $"operation {i} of {writer}");
            }
        }
    }
}
