using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Kcopyd.Devices;

/// <summary>Collects the marks that a file or disk is known by.</summary>
internal static class LinuxMarks
{
    /// <summary>struct statfs is 120 bytes; the file system id is two 32-bit numbers at 56.</summary>
    private const int FileSystemStatusSize = 128;
    private const int FileSystemIdAt = 56;

    internal static ImmutableSortedDictionary<string, string> Collect(
        SafeFileHandle file, LinuxFileStatus status, LinuxLocation location)
    {
        var marks = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        if (status.IsBlockSpecial)
        {
            AddDisk(marks, status, location);
        }
        else
        {
            marks["inode"] = status.Inode.ToString(CultureInfo.InvariantCulture);
            Add(marks, "filesystem", FileSystem(file, status));
            Add(marks, "birth", status.Birth);
        }

        return marks.ToImmutable();
    }

    private static void AddDisk(
        ImmutableSortedDictionary<string, string>.Builder marks, LinuxFileStatus status, LinuxLocation location)
    {
        if (location is { Directory: { } own, DiskDirectory: { } disk })
        {
            if (own != disk)
            {
                var place = $"{LinuxSysfs.Text(own, "partition")}@{LinuxSysfs.Text(own, "start")}";
                marks["partition"] = LinuxSysfs.Entry(own, "uevent", "PARTUUID")
                    ?? LinuxSysfs.LinkTo("/dev/disk/by-partuuid", status.Special)
                    ?? place;
            }

            Add(marks, "wwn", LinuxSysfs.Text(disk, "wwid") ?? LinuxSysfs.Text(disk, "device/wwid"));
            Add(marks, "serial", LinuxSysfs.Text(disk, "serial") ?? LinuxSysfs.Text(disk, "device/serial"));
            Add(marks, "mapper", LinuxSysfs.Text(disk, "dm/uuid") ?? LinuxSysfs.Text(disk, "dm/name"));
        }

        // Attaching a loop device gives it a new sequence number even over the same file, and the file says more.
        if (location.BackingMark is { } backing)
        {
            marks["backing"] = backing;
        }
        else if (location.Sequence is { } sequence && Boot() is { } boot)
        {
            marks["sequence"] = $"{boot}:{sequence}";
        }
    }

    private static string? Boot() => LinuxSysfs.Text("/proc/sys/kernel/random", "boot_id");

    /// <summary>The file system's UUID, or the id it reports, which for some is only its device number.</summary>
    private static unsafe string? FileSystem(SafeFileHandle file, LinuxFileStatus status)
    {
        var uuid = stackalloc byte[17];
        if (LinuxCalls.Control(file, LinuxCalls.FileSystemUuid, uuid) == 0 && uuid[0] == 16)
        {
            return new Guid(new ReadOnlySpan<byte>(uuid + 1, 16), bigEndian: true).ToString();
        }

        if (LinuxSysfs.LinkTo("/dev/disk/by-uuid", status.Device) is { } name)
        {
            return name;
        }

        var statfs = stackalloc byte[FileSystemStatusSize];
        if (LinuxCalls.FileSystemStatus(file, statfs) != 0)
        {
            return null;
        }

        var id = MemoryMarshal.Read<ulong>(new ReadOnlySpan<byte>(statfs + FileSystemIdAt, sizeof(ulong)));
        return id == 0 ? null : $"{id:x16}";
    }

    private static void Add(ImmutableSortedDictionary<string, string>.Builder marks, string key, string? value)
    {
        if (value is not null)
        {
            marks[key] = value;
        }
    }
}
