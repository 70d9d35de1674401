using System.Globalization;
using Kcopyd.Core;

namespace Kcopyd.Benchmarks.Files;

/// <summary>A directory of the benchmark's own, removed with everything in it.</summary>
internal sealed class Workspace : IDisposable
{
    /// <summary>Below this the runtime's start is all that is measured.</summary>
    private static readonly ByteCount SmallestSize = 16.MiB;

    private Workspace(string directory)
    {
        Directory = directory;
    }

    /// <summary>Its path.</summary>
    public string Directory { get; }

    /// <summary>The path of a file in it.</summary>
    public string this[string name] => Path.Combine(Directory, name);

    /// <summary>Makes one under a directory.</summary>
    public static Workspace Create(string parent)
    {
        var id = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        var directory = Path.Combine(parent, $"kcopyd-benchmarks-{id}-{Path.GetRandomFileName()}");
        System.IO.Directory.CreateDirectory(directory);
        return new Workspace(directory);
    }

    /// <summary>Halves a size until so many files of it fit into four fifths of what is free.</summary>
    /// <returns>Null if not even small ones do.</returns>
    public ByteCount? Fit(ByteCount size, int files)
    {
        var room = Free() / 5 * 4;
        var fitting = size.Value;
        while (fitting * files > room && fitting > SmallestSize.Value)
        {
            fitting = fitting / 2 / 1.MiB.Value * 1.MiB.Value;
        }

        return fitting * files <= room ? new ByteCount(fitting) : null;
    }

    /// <summary>What is free: on the file system, and, if that is in memory, of the memory.</summary>
    public long Free()
    {
        var drive = new DriveInfo(Directory);
        return IsInMemory ? Math.Min(drive.AvailableFreeSpace, AvailableMemory()) : drive.AvailableFreeSpace;
    }

    /// <summary>Whether the file system is in memory.</summary>
    public bool IsInMemory => new DriveInfo(Directory).DriveFormat is "tmpfs" or "ramfs";

    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);

    private static long AvailableMemory()
    {
        var line = File.ReadLines("/proc/meminfo")
            .First(line => line.StartsWith("MemAvailable:", StringComparison.Ordinal));
        var kibibytes = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        return long.Parse(kibibytes, CultureInfo.InvariantCulture) * 1024;
    }
}
