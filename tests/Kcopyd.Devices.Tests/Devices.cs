using Kcopyd.Tests.Shared;

namespace Kcopyd.Devices.Tests;

/// <summary>Short forms of what tests do with devices.</summary>
internal static class Devices
{
    public static async Task<FileBlockDevice> OpenAsync(
        string path,
        BlockDeviceAccess access = BlockDeviceAccess.Read,
        bool direct = false,
        long? createLength = null) =>
        await FileBlockDevice.OpenAsync(
            path,
            new BlockDeviceOpenOptions { Access = access, Direct = direct, CreateLengthBytes = createLength },
            default);

    public static Task<FileBlockDevice> OpenWritableAsync(string path, bool direct = false) =>
        OpenAsync(path, BlockDeviceAccess.ReadWrite, direct);

    public static Task<FileBlockDevice> CreateAsync(string path, long length, bool direct = false) =>
        OpenAsync(path, BlockDeviceAccess.ReadWrite, direct, length);

    /// <summary>Creates a file that must not be there.</summary>
    public static async Task<FileBlockDevice> CreateNewAsync(string path, long length) =>
        await FileBlockDevice.OpenAsync(
            path,
            new BlockDeviceOpenOptions
            {
                Access = BlockDeviceAccess.ReadWrite,
                CreateLengthBytes = length,
                MustCreate = true,
            },
            default);

    /// <summary>Runs a call that must fail with a device exception of a kind, and returns the exception.</summary>
    public static async Task<DeviceException> FailsAsync(DeviceErrorKind kind, Func<Task> call)
    {
        var failure = await Assert.ThrowsAsync<DeviceException>(call);
        Assert.True(failure.Kind == kind, $"expected {kind}, got {failure.Kind}: {failure.Message}");
        return failure;
    }

    public static async Task<byte[]> ReadAllAsync(IBlockDevice device)
    {
        using var buffer = new AlignedBuffer((int)device.Geometry.LengthBytes);
        await device.ReadAsync(0, buffer.Memory, default);
        return buffer.Memory.ToArray();
    }

    public static async Task WriteAsync(
        IBlockDevice device, long offset, byte[] content, WriteDurability durability = WriteDurability.Cached)
    {
        using var buffer = new AlignedBuffer(content);
        await device.WriteAsync(offset, buffer.Memory, durability, default);
    }

    public static byte[] Bytes(int length, int seed) => TempDirectory.Bytes(length, seed);
}
