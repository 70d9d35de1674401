namespace Kcopyd.Tests.Shared;

/// <summary>A loop device over a file of a test's, detached with the test. Needs root: see
/// <see cref="Require.LoopDevices"/>.</summary>
internal sealed class LoopDevice : IDisposable
{
    /// <summary>Free ones are given out from 0 on, and tests have a few at once.</summary>
    private const int FirstApart = 200;

    private const int MostApart = 50;

    private static int _apart;

    private readonly List<string> _nodes = [];
    private bool _attached = true;

    private LoopDevice(string path)
    {
        Path = path;
    }

    /// <summary>The block special file.</summary>
    public string Path { get; }

    /// <summary>The name of the device in sysfs.</summary>
    public string Name => System.IO.Path.GetFileName(Path);

    /// <summary>Its number, <c>MAJOR:MINOR</c>.</summary>
    public string Number => File.ReadAllText($"/sys/class/block/{Name}/dev").Trim();

    /// <summary>Attaches the next free loop device to a file, or to another block device.</summary>
    /// <param name="backing">The file.</param>
    /// <param name="options">Further options of losetup: <c>--offset 4096</c>, <c>--read-only</c>, <c>--sector-size
    /// 4096</c>.</param>
    public static LoopDevice Attach(string backing, params string[] options) =>
        new(Shell.Run("losetup", ["--find", "--show", .. options, backing]).Trim());

    /// <summary>Attaches a loop device of a number that nobody gets who asks for a free one: it can be detached and
    /// attached again while other tests run.</summary>
    public static LoopDevice AttachApart(string backing)
    {
        var path = $"/dev/loop{FirstApart + (Interlocked.Increment(ref _apart) % MostApart)}";
        Shell.Run("losetup", path, backing);
        return new LoopDevice(path);
    }

    /// <summary>Lets the kernel know of a partition, and returns its block special file.</summary>
    public string AddPartition(int number, long startSector, long sectorCount)
    {
        Shell.Run("addpart", Path, $"{number}", $"{startSector}", $"{sectorCount}");
        var partition = $"{Path}p{number}";
        if (!File.Exists(partition))
        {
            // Where nothing else makes the nodes of new devices.
            var device = File.ReadAllText($"/sys/class/block/{Name}p{number}/dev").Trim().Split(':');
            Shell.Run("mknod", partition, "b", device[0], device[1]);
            _nodes.Add(partition);
        }

        return partition;
    }

    /// <summary>Attaches it to another file, as <c>losetup -d</c> and <c>losetup</c> do.</summary>
    public void Reattach(string backing)
    {
        Shell.Run("losetup", "--detach", Path);
        Shell.Run("losetup", Path, backing);
    }

    public void Dispose()
    {
        if (_attached)
        {
            _attached = false;
            Shell.Try("partx", "--delete", Path);
            Shell.Try("losetup", "--detach", Path);
            _nodes.ForEach(File.Delete);
        }
    }
}
