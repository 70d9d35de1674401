using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Kcopyd.Devices;

/// <summary>A block special file that was just opened: its size, block sizes and abilities come from the
/// kernel.</summary>
internal sealed unsafe class LinuxDisk(FileOpening opening, string path, SafeFileHandle file)
{
    internal FileIo Attach()
    {
        var errno = LinuxFileStatus.TryRead(file, out var status);
        if (status is not { IsBlockSpecial: true })
        {
            throw status is null
                ? SystemErrors.Failure(opening.Uri, DeviceOperation.Open, errno, offset: null)
                : new DeviceException(
                    opening.Uri,
                    DeviceOperation.Open,
                    DeviceErrorKind.Vanished,
                    "it was replaced while it was being opened");
        }

        var location = LinuxLocation.Resolve(status);
        var geometry = Geometry(location);
        var vanishing = new LinuxVanishing(path, status, location);
        var identity = new BlockDeviceIdentity(
            opening.Uri, geometry.LengthBytes, LinuxMarks.Collect(file, status, location));
        var facts = new FileFacts(identity, geometry, location.Storage, location.Offset)
        {
            IsBlockSpecial = true,
            IsDirect = opening.Options.Direct,
            MemoryAlignment = opening.Options.Direct ? MemoryAlignment(status, geometry) : 1,
        };
        var calls = new LinuxFile(file, isBlockSpecial: true, createdIn: null, vanishing, opening);
        return new FileIo(facts, calls);
    }

    private static int MemoryAlignment(LinuxFileStatus status, BlockDeviceGeometry geometry) =>
        status.DirectMemoryAlignment is { } memory and > 0 ? memory : geometry.LogicalBlockSize;

    private BlockDeviceGeometry Geometry(LinuxLocation location)
    {
        long length;
        int logical;
        int physical;
        Ask(LinuxCalls.BlockSize64, &length);
        Ask(LinuxCalls.BlockLogicalSize, &logical);
        Ask(LinuxCalls.BlockPhysicalSize, &physical);

        // A last block that is not whole cannot be reached in whole blocks.
        length -= length % logical;
        var abilities = BlockDeviceAbilities.None;
        if (opening.IsWritable && location.DiskDirectory is { } disk)
        {
            var zeroes = LinuxSysfs.Number(disk, "queue/write_zeroes_max_bytes") > 0;
            var discards = LinuxSysfs.Number(disk, "queue/discard_max_bytes") > 0;
            abilities = (zeroes ? BlockDeviceAbilities.WriteZeroes : 0) | (discards ? BlockDeviceAbilities.Discard : 0);
        }

        return new BlockDeviceGeometry(length, logical, physical, IsReadOnly: !opening.IsWritable, abilities);
    }

    private void Ask(nuint request, void* answer)
    {
        if (LinuxCalls.Control(file, request, answer) != 0)
        {
            throw SystemErrors.Failure(
                opening.Uri, DeviceOperation.Open, Marshal.GetLastPInvokeError(), offset: null);
        }
    }
}
