namespace Kcopyd.Interop.Tests.Kernel;

/// <summary>Raw files that are disks in a machine: what lines about mirrors call them on each side.</summary>
/// <param name="Paths">The files, in the order in which the machine has them.</param>
internal sealed record MirrorDisks(params string[] Paths)
{
    /// <summary>Minor numbers of a disk and its partitions.</summary>
    private const int Minors = 16;

    /// <summary>A line of ours as the kernel prints it.</summary>
    public string AsPrinted(string line) => Replace(line, disk => $"254:{disk * Minors}");

    /// <summary>A line of ours as it is given to the kernel.</summary>
    public string AsGiven(string line) => Replace(line, disk => $"/dev/vd{(char)('a' + disk)}");

    private string Replace(string line, Func<int, string> name) => string.Join(
        ' ', line.Split(' ').Select(word => Array.IndexOf(Paths, word) is >= 0 and var disk ? name(disk) : word));
}
