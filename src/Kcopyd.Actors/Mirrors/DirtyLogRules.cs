using Kcopyd.Core.Mirrors;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Mirrors;

/// <summary>Which devices and which contents are no log of a mirror. Pure.</summary>
internal static class DirtyLogRules
{
    /// <summary>Refuses a device that the log does not fit on.</summary>
    /// <exception cref="MirrorLogException">It does not.</exception>
    public static void RefuseSize(string name, MirrorTable table, long deviceBytes, long logBytes)
    {
        if (deviceBytes < logBytes)
        {
            throw new MirrorLogException(
                $"The log device {name} is too small: it has {deviceBytes} bytes, and the log of "
                + $"{table.Geometry.RegionCount} regions takes {logBytes}.");
        }
    }

    /// <summary>Refuses what is no log, unless all that the log takes is zeros, as on a new device.</summary>
    /// <exception cref="MirrorLogException">It is none.</exception>
    public static void RefuseFinding(
        string name, DirtyLogFinding finding, ReadOnlySpan<byte> read, long deviceBytes)
    {
        switch (finding)
        {
            case DirtyLogFinding.Good { Header: var header } when !header.FitsIn(deviceBytes):
                throw new MirrorLogException(
                    $"The log device {name} is damaged or was cut off: it holds {finding}, and has no room for them "
                    + $"in {deviceBytes} bytes.");
            case DirtyLogFinding.Absent when !IsNew(read):
            case DirtyLogFinding.UnknownVersion or DirtyLogFinding.Unreadable:
                throw new MirrorLogException($"The log device {name} holds {finding}.");
            default:
                break;
        }
    }

    /// <summary>A log that cannot be read.</summary>
    public static MirrorLogException Unreadable(string name, DeviceException cause) =>
        new($"The log device {name} could not be read: {cause.Message}", cause);

    /// <summary>All of it: a file system may begin with a KiB of zeros.</summary>
    private static bool IsNew(ReadOnlySpan<byte> read) => !read.ContainsAnyExcept((byte)0);
}
