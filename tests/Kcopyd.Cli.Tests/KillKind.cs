namespace Kcopyd.Cli.Tests;

/// <summary>A kind of copy that is killed.</summary>
/// <param name="Name">For people.</param>
/// <param name="Targets">How many targets.</param>
/// <param name="Options">Options of the copy.</param>
internal sealed record KillKind(string Name, int Targets, params string[] Options)
{
    private const int MiB = 1 << 20;

    /// <summary>All of them. Names are unique.</summary>
    public static IReadOnlyList<KillKind> All { get; } =
    [
        new("one"),
        new("three", 3),
        new("direct", 1, "--direct"),
        new("three-direct", 3, "--direct"),
        new("sparse", 2, "--sparse") { HoleBytes = 256 << 10, Length = 24 * MiB },
        new("loop", 1) { IsLoop = true, Length = 12 * MiB },
    ];

    private KillKind(string name)
        : this(name, 1)
    {
    }

    /// <summary>The length of the source; by default it ends within a sector.</summary>
    public int Length { get; init; } = (12 * MiB) + 777;

    /// <summary>Whether the target is a loop device.</summary>
    public bool IsLoop { get; init; }

    /// <summary>So many bytes of data and so many of hole take turns; 0: there are no holes.</summary>
    public int HoleBytes { get; init; }

    /// <summary>Whether a byte of the source is data.</summary>
    public bool IsData(long offset) => HoleBytes == 0 || offset / HoleBytes % 2 == 0;
}
