namespace Kcopyd.Devices;

/// <summary>Where the bytes of a file or block device really live, through partitions and loop devices.</summary>
/// <remarks>
/// A partition is its whole disk from a start; a loop device is its backing file (or disk) from an offset; both may be
/// stacked. A device-mapper device is storage of its own: what it maps to is not looked through.
/// </remarks>
/// <param name="Storage">The storage at the bottom: <c>file:MAJOR:MINOR:INODE</c> or <c>disk:MAJOR:MINOR</c>.</param>
/// <param name="Offset">The first byte in it.</param>
internal sealed record LinuxLocation(string Storage, long Offset)
{
    /// <summary>A loop device on a partition of a loop device, and so on: more than anyone stacks, and an end to any
    /// cycle.</summary>
    private const int DeepestStack = 16;

    /// <summary>What backs the loop device on top, as <c>PATH inode N offset N</c>; null where it is none.</summary>
    internal string? BackingMark { get; private init; }

    /// <summary>The backing file, where the top is a loop device (or a partition of one) and it can be found.</summary>
    internal LinuxBackingFile? Backing { get; private init; }

    /// <summary>The directory of the whole disk in sysfs; null for a file.</summary>
    internal string? DiskDirectory { get; private init; }

    /// <summary>The directory of the device itself in sysfs: the disk's, or that of a partition; null for a
    /// file.</summary>
    internal string? Directory { get; private init; }

    /// <summary>The disk sequence number; null for a file or on an old kernel.</summary>
    internal long? Sequence { get; private init; }

    internal static LinuxLocation Resolve(LinuxFileStatus status) => Resolve(status, depth: 0);

    private static LinuxLocation Resolve(LinuxFileStatus status, int depth)
    {
        if (!status.IsBlockSpecial)
        {
            return new LinuxLocation($"file:{status.Device}:{status.Inode}", 0);
        }

        var own = new LinuxLocation($"disk:{status.Special}", 0);
        if (LinuxSysfs.BlockDirectory(status.Special) is not { } directory)
        {
            return own;
        }

        var disk = directory;
        var start = 0L;
        if (LinuxSysfs.Number(directory, "partition") is not null)
        {
            // Sysfs counts the start in sectors of 512 bytes, whatever the disk's block size.
            start = (LinuxSysfs.Number(directory, "start") ?? 0) * Core.Sectors.Size;
            disk = Path.GetDirectoryName(directory) ?? directory;
        }

        var whole = new LinuxLocation($"disk:{LinuxSysfs.Text(disk, "dev") ?? status.Special}", start)
        {
            DiskDirectory = disk,
            Directory = directory,
            Sequence = LinuxSysfs.Number(disk, "diskseq"),
        };
        return depth < DeepestStack ? ThroughLoop(whole, disk, depth) : whole;
    }

    private static LinuxLocation ThroughLoop(LinuxLocation whole, string disk, int depth)
    {
        if (LinuxBackingFile.Find(disk) is not { } backing)
        {
            return whole;
        }

        var below = backing.Status is { } file
            ? Resolve(file, depth + 1)
            : new LinuxLocation(backing.Storage, 0);
        return whole with
        {
            Storage = below.Storage,
            Offset = below.Offset + backing.Offset + whole.Offset,
            Backing = backing with { Offset = backing.Offset + whole.Offset },
            BackingMark = backing.Mark,
        };
    }
}
