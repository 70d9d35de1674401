using Kcopyd.Tests.Shared;

namespace Kcopyd.Devices.Tests;

public sealed class FileBlockDeviceZeroesTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [SkippableTheory]
    [InlineData(0, 70_144, false)]
    [InlineData(512, 1024, false)]
    [InlineData(69_632, 512, false)]
    [InlineData(4096, 65_536, true)]
    [InlineData(512, 69_632, true)]
    [InlineData(69_632, 512, true)]
    [InlineData(0, 1000, true)]
    [InlineData(4096, 9001, true)]
    [InlineData(4096, 9001, false)]
    public async Task Zeroed_range_reads_as_zeros_and_nothing_else_changes(int offset, int length, bool direct)
    {
        Require.LinuxIf(direct);
        var path = _directory.File("target", 70_000);
        await CheckZeroesAsync(path, offset, length, direct);
    }

    [SkippableTheory]
    [InlineData(0, 70_144)]
    [InlineData(512, 1024)]
    [InlineData(69_632, 512)]
    public async Task Zeroes_work_in_a_memory_file_system(int offset, int length)
    {
        Require.Mounts();
        using var mount = TemporaryMount.Tmpfs(bytes: 1 << 20);
        await File.WriteAllBytesAsync(mount["target"], Devices.Bytes(70_000, seed: 1));
        await CheckZeroesAsync(mount["target"], offset, length, direct: false);
    }

    [SkippableFact]
    public async Task Zeroes_are_written_where_there_is_no_command_for_them()
    {
        var path = _directory.File("target", 700_001);
        var calls = new PortableCalls(path);
        var io = new FileIo(calls.Facts, calls);

        io.WriteZeroes(512, 699_904 - 512, default);
        io.WriteZeroes(699_904, 512, default);

        var expected = Devices.Bytes(700_001, seed: 1);
        expected.AsSpan(512).Clear();
        var content = new byte[700_001];
        io.Read(0, content);
        Assert.Equal(expected, content);
        calls.Close();
        Assert.Equal(700_001, new FileInfo(path).Length);
        await Task.CompletedTask;
    }

    [SkippableFact]
    public async Task Zeroing_a_hole_leaves_it_a_hole()
    {
        Require.Linux();
        var path = _directory.Sparse("target", 1 << 24);
        await using var device = await Devices.OpenWritableAsync(path);

        await device.WriteZeroesAsync(0, 1 << 24, default);

        var extents = await device.GetBlockStatusAsync(0, 1 << 24, default);
        Assert.Equal([new BlockExtent(0, 1 << 24, BlockStatus.Hole)], extents);
        Assert.Equal("0", Shell.Run("stat", "--format=%b", path).Trim());
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Zeroing_data_makes_a_hole_of_it_and_the_length_stays(bool direct)
    {
        Require.Linux();
        var path = _directory.File("target", 1 << 20);
        await using var device = await Devices.OpenWritableAsync(path, direct);

        await device.WriteZeroesAsync(0, 1 << 20, default);

        Assert.Equal("0", Shell.Run("stat", "--format=%b", path).Trim());
        Assert.Equal(1 << 20, new FileInfo(path).Length);
        Assert.Equal(new byte[1 << 20], await Devices.ReadAllAsync(device));
    }

    [SkippableFact]
    public async Task Discarded_range_of_a_file_becomes_a_hole_and_the_length_stays()
    {
        Require.Linux();
        var path = _directory.File("target", 1 << 20);
        await using var device = await Devices.OpenWritableAsync(path);
        Assert.True(device.Geometry.Can(BlockDeviceAbilities.Discard | BlockDeviceAbilities.WriteZeroes));

        await device.DiscardAsync(524_288, 524_288, default);

        Assert.Equal(1 << 20, new FileInfo(path).Length);
        var extents = await device.GetBlockStatusAsync(0, 1 << 20, default);
        Assert.Equal(
            [new BlockExtent(0, 524_288, BlockStatus.Data), new BlockExtent(524_288, 524_288, BlockStatus.Hole)],
            extents);
    }

    [SkippableFact]
    public async Task Opening_for_writing_leaves_what_was_allocated_past_the_end()
    {
        Require.Linux();
        var path = _directory.File("target", 4096);
        Shell.Run("fallocate", "--keep-size", "--length", "65536", path);
        var before = Shell.Run("stat", "--format=%b %s", path);

        await (await Devices.OpenWritableAsync(path)).DisposeAsync();

        Assert.Equal(before, Shell.Run("stat", "--format=%b %s", path));
    }

    [SkippableFact]
    public async Task Holes_of_a_sparse_file_are_told_from_data_to_the_padded_end()
    {
        Require.Linux();
        var path = _directory.Sparse("source", (1 << 20) + 100);
        await using (var writer = await Devices.OpenWritableAsync(path))
        {
            await Devices.WriteAsync(writer, 131_072, Devices.Bytes(65_536, seed: 1));
        }

        await using var device = await Devices.OpenAsync(path);
        var extents = await device.GetBlockStatusAsync(0, (1 << 20) + 512, default);

        Assert.Equal(
            [
                new BlockExtent(0, 131_072, BlockStatus.Hole),
                new BlockExtent(131_072, 65_536, BlockStatus.Data),
                new BlockExtent(196_608, (1 << 20) + 100 - 196_608, BlockStatus.Hole),
                new BlockExtent((1 << 20) + 100, 412, BlockStatus.Zero),
            ],
            extents);
    }

    [SkippableFact]
    public async Task Status_of_a_range_within_an_extent_is_cut_to_the_range()
    {
        Require.Linux();
        await using var device = await Devices.OpenAsync(_directory.File("source", 65_536));

        var extents = await device.GetBlockStatusAsync(512, 1024, default);

        Assert.Equal([new BlockExtent(512, 1024, BlockStatus.Data)], extents);
    }

    internal static async Task CheckZeroesAsync(string path, int offset, int length, bool direct)
    {
        var expected = await File.ReadAllBytesAsync(path);
        expected.AsSpan(offset, Math.Min(length, expected.Length - offset)).Clear();
        await using (var device = await Devices.OpenWritableAsync(path, direct))
        {
            await device.WriteZeroesAsync(offset, length, default);
            Assert.Equal(expected, await Devices.ReadAllAsync(device));
            await device.FlushAsync(device.WriteEpoch, default);
        }

        Assert.Equal(expected, await File.ReadAllBytesAsync(path));
    }
}
