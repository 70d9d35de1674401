using Kcopyd.Core;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Devices.Tests;

/// <summary>What a device reads without waiting: all of it and right, or it says that it did not.</summary>
public sealed class InlineReadTests : IDisposable
{
    private const int Length = (1 << 20) + 100;

    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [SkippableFact]
    public async Task What_is_in_the_page_cache_is_read_with_zeros_behind_the_end()
    {
        Require.Linux();
        await using var device = await Devices.OpenAsync(_directory.File("source", Length));
        await Devices.ReadAllAsync(device);

        AssertReads(device, Devices.Bytes(Length, seed: 1));
    }

    [SkippableFact]
    public async Task What_was_dropped_is_refused_or_read_right_and_read_at_last()
    {
        Require.Linux();
        await using var device = await Devices.OpenWritableAsync(_directory.File("source", Length));
        var content = Devices.Bytes(Length, seed: 1);
        await device.FlushAsync(device.WriteEpoch, default);
        await device.DropCacheAsync(0, Length, default);
        for (var at = 0; at < Length; at += 65_536)
        {
            var buffer = new byte[512];
            var isRead = device.TryRead(at, buffer);
            Assert.True(!isRead || buffer.AsSpan().StartsWith(content.AsSpan(at, Math.Min(512, Length - at))));
        }

        Assert.Equal(content, await Devices.ReadAllAsync(device));
        AssertReads(device, content);
    }

    [SkippableFact]
    public async Task File_system_in_memory_never_waits()
    {
        Require.Mounts();
        using var mount = TemporaryMount.Tmpfs(16 << 20);
        var content = Devices.Bytes(Length, seed: 3);
        await File.WriteAllBytesAsync(mount["source"], content);
        await using var device = await Devices.OpenWritableAsync(mount["source"]);
        await device.DropCacheAsync(0, Length, default);

        AssertReads(device, content);
    }

    [SkippableFact]
    public async Task Direct_device_refuses()
    {
        Require.Linux();
        await using var device = await Devices.OpenAsync(_directory.File("source", 65_536), direct: true);
        using var buffer = new AlignedBuffer(4096);

        Assert.True(device.WaitsForMedium);
        Assert.False(device.TryRead(0, buffer.GetSpan()));
    }

    [Fact]
    public async Task Memory_is_read()
    {
        await using var device = await FilledAsync(Length);

        AssertReads(device, Devices.Bytes(Length + 412, seed: 5)[..Length]);
    }

    [SkippableFact]
    public async Task Linear_device_reads_across_seams_and_refuses_where_a_part_does()
    {
        Require.Linux();
        await using var memory = await FilledAsync(4096);
        await using var file = await Devices.OpenAsync(_directory.File("cached", 8192));
        await using var direct = await Devices.OpenAsync(_directory.File("direct", 8192, seed: 2), direct: true);
        await Devices.ReadAllAsync(file);
        var parts = Linear(memory, file);
        byte[] content = [.. Devices.Bytes(4096 + 412, seed: 5)[..4096], .. Devices.Bytes(8192, seed: 1)];

        AssertReads(parts, content);
        Assert.False(Linear(memory, direct).TryRead(4096 - 512, new byte[1024]));
    }

    [SkippableTheory]
    [InlineData(-512, 512)]
    [InlineData(0, 2 << 20)]
    [InlineData(2 << 20, 512)]
    public async Task Requests_beyond_the_device_fail_instead_of_being_refused(long offset, int count)
    {
        Require.Linux();
        await using var file = await Devices.OpenAsync(_directory.File("source", Length));
        await using var memory = await FilledAsync(4096);
        foreach (var device in new IInlineBlockDevice[] { file, memory, Linear(memory, file) })
        {
            var failure = Assert.Throws<DeviceException>(() => device.TryRead(offset, new byte[count]));
            Assert.Equal(DeviceErrorKind.InvalidRequest, failure.Kind);
        }
    }

    [SkippableFact]
    public async Task Closed_device_fails()
    {
        Require.Linux();
        var device = await Devices.OpenAsync(_directory.File("source", Length));
        await device.DisposeAsync();

        var failure = Assert.Throws<DeviceException>(() => device.TryRead(0, new byte[512]));

        Assert.Equal(DeviceErrorKind.Closed, failure.Kind);
    }

    private static void AssertReads(IInlineBlockDevice device, byte[] content)
    {
        var buffer = new byte[(content.Length + 511) / 512 * 512];
        Array.Fill(buffer, (byte)0xEE);

        Assert.True(device.TryRead(0, buffer));

        Assert.True(content.AsSpan().SequenceEqual(buffer.AsSpan(0, content.Length)));
        Assert.All(buffer[content.Length..], padding => Assert.Equal(0, padding));
        Assert.True(device.TryRead(512, buffer.AsSpan(0, 1024)));
        Assert.True(content.AsSpan(512, 1024).SequenceEqual(buffer.AsSpan(0, 1024)));
    }

    private static async Task<MemoryBlockDevice> FilledAsync(int length)
    {
        var device = new MemoryBlockDevice(new ByteCount(length));
        var bytes = Devices.Bytes(length + 412, seed: 5)[..((length + 511) / 512 * 512)];
        await device.WriteAsync(0, bytes, WriteDurability.Cached, default);
        return device;
    }

    private static IInlineBlockDevice Linear(params IBlockDevice[] parts) =>
        Assert.IsAssignableFrom<IInlineBlockDevice>(
            LinearBlockDevice.Create("linear", [.. parts.Select(IoRegion.Whole)], ownsDevices: false));
}
