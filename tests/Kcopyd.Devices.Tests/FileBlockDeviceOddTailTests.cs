using Kcopyd.Core;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Devices.Tests;

public sealed class FileBlockDeviceOddTailTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public static TheoryData<int, bool> Lengths
    {
        get
        {
            var data = new TheoryData<int, bool>();
            foreach (var length in (int[])[0, 1, 511, 512, 513, 1000, 4096, 4097, 70_000])
            {
                data.Add(length, false);
                data.Add(length, true);
            }

            return data;
        }
    }

    public void Dispose() => _directory.Dispose();

    [SkippableTheory]
    [MemberData(nameof(Lengths))]
    public async Task Last_sector_reads_as_padded_with_zeros(int length, bool direct)
    {
        Require.LinuxIf(direct);
        var path = _directory.File("source", length);
        await using var device = await Devices.OpenAsync(path, direct: direct);
        using var buffer = new AlignedBuffer((int)Sectors.ToBytes(device.Geometry.LengthSectors));

        await device.ReadAsync(0, buffer.Memory, default);

        Assert.Equal(await File.ReadAllBytesAsync(path), buffer.Memory[..length].ToArray());
        Assert.All(buffer.Memory[length..].ToArray(), padding => Assert.Equal(0, padding));
    }

    [SkippableTheory]
    [MemberData(nameof(Lengths))]
    public async Task Only_valid_bytes_of_the_last_sector_are_written(int length, bool direct)
    {
        Require.LinuxIf(direct);
        var path = _directory.File("target", length, seed: 1);
        var content = TempDirectory.Bytes((int)BlockRequest.RoundUp(length, Sectors.Size), seed: 2);
        await using (var device = await Devices.OpenAsync(path, BlockDeviceAccess.ReadWrite, direct))
        {
            using var buffer = new AlignedBuffer(content);
            var epoch = device.WriteEpoch;

            await device.WriteAsync(0, buffer.Memory, WriteDurability.Cached, default);

            await device.FlushAsync(epoch, default);
            using var back = new AlignedBuffer(content.Length);
            await device.ReadAsync(0, back.Memory, default);
            Assert.Equal(content[..length], back.Memory[..length].ToArray());
        }

        Assert.Equal(content[..length], await File.ReadAllBytesAsync(path));
    }
}
