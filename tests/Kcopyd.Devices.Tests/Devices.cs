namespace Kcopyd.Devices.Tests;

/// <summary>Short forms of opening for tests.</summary>
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
}
