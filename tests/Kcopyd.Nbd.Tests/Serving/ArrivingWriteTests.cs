using Kcopyd.Core;
using Kcopyd.Devices;
using Kcopyd.Nbd.Protocol;
using Kcopyd.Nbd.Serving;
using Kcopyd.Nbd.Tests.Transport;
using Kcopyd.Nbd.Transport;

namespace Kcopyd.Nbd.Tests.Serving;

public sealed class ArrivingWriteTests
{
    private const int Length = 1 << 18;
    private const int Offset = 3 << 16;

    private readonly byte[] _sent = new byte[Length];

    public ArrivingWriteTests() => new Random(6).NextBytes(_sent);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 1448)]
    [InlineData(512, 1448)]
    [InlineData(4096, 65_483)]
    [InlineData(8192, 70_001)]
    [InlineData(1, 219_264)]
    [InlineData(512, Length)]
    public async Task Everything_is_written_in_its_place_in_pieces_of_whole_blocks(int block, int arriving)
    {
        await using var disk = new MemoryBlockDevice(1.MiB, block);
        var device = new WrittenPieces(disk);

        Assert.Null(Run(device, new CutStream(_sent, arriving)));

        var written = new byte[Length];
        disk.Read(Offset, written);
        Assert.Equal(_sent, written);
        Assert.All(device.All, piece => Assert.Equal((0, 0), (piece.Offset % block, piece.Length % block)));
        Assert.All(device.All.SkipLast(1), static piece => Assert.InRange(piece.Length, 1 << 16, Length));
    }

    [Fact]
    public async Task What_has_come_is_written_before_the_rest_comes()
    {
        await using var disk = new MemoryBlockDevice(1.MiB);
        var device = new WrittenPieces(disk);

        Run(device, new CutStream(_sent, 100_000, Length));

        Assert.Equal([(Offset, 98_304), (Offset + 98_304, Length - 98_304)], device.All);
    }

    [Fact]
    public async Task Device_that_fails_is_left_alone_and_the_rest_is_received()
    {
        await using var disk = new MemoryBlockDevice(1.MiB);
        var device = new WrittenPieces(disk, Offset + 70_000);
        var stream = new CutStream([.. _sent, 42], 65_536);

        var failure = Assert.IsType<DeviceException>(Run(device, stream));

        Assert.Equal((DeviceErrorKind.NoSpace, Offset + 70_000), (failure.Kind, failure.Offset));
        Assert.Equal(2, device.All.Count);
        Assert.Equal(42, stream.ReadByte());
    }

    [Fact]
    public async Task Client_that_goes_in_the_middle_is_named()
    {
        await using var disk = new MemoryBlockDevice(1.MiB);

        var cut = Assert.Throws<NbdProtocolException>(
            () => Run(new WrittenPieces(disk), new CutStream(_sent[..100_000], 65_536)));

        Assert.Equal("the peer closed the connection after 100000 of 262144 bytes that it was to send", cut.Message);
    }

    private static Exception? Run(WrittenPieces device, Stream stream) =>
        ArrivingWrite.Run(new NbdReader(stream), device, Offset, new byte[Length]);
}
