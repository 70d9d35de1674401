namespace Kcopyd.Interop.Tests.Kernel;

/// <summary>What an origin and its snapshot hold after all that was written to them.</summary>
internal sealed class SnapshotExpectation
{
    private const int SectorBytes = 512;

    private readonly byte[] _origin;
    private readonly byte[] _view;
    private bool _isMerging;

    /// <summary>From what the origin holds when the snapshot begins.</summary>
    public SnapshotExpectation(byte[] origin) => (_origin, _view) = (origin, [.. origin]);

    /// <summary>A run has ended.</summary>
    /// <param name="run">What it was.</param>
    /// <param name="lines">What it printed.</param>
    public void Add(SnapshotRun run, string[] lines)
    {
        var isLost = lines[1].EndsWith(" Invalid", StringComparison.Ordinal);
        foreach (var (i, line) in lines.Index())
        {
            if (line.Split(' ') is ["write", var device, var at, var sectors, var word] && lines[i + 1] != "EIO")
            {
                var target = device == "o" || (run.IsMerge && isLost) ? _origin : _view;
                SnapshotSession.Repeated(word, int.Parse(sectors, null))
                    .CopyTo(target, int.Parse(at, null) * SectorBytes);
            }
        }

        _isMerging = run.Hold is not null;
        if (run.IsMerge && isLost)
        {
            _origin.CopyTo(_view, 0);
        }
        else if (run.IsMerge && !_isMerging)
        {
            _view.CopyTo(_origin, 0);
        }
    }

    /// <summary>What the origin holds, which nobody says in the middle of a merge.</summary>
    public void AssertOrigin(string what, byte[] origin)
    {
        if (!_isMerging)
        {
            AssertSame($"{what}: the origin", _origin, origin);
        }
    }

    /// <summary>What the snapshot shows.</summary>
    public void AssertView(string what, byte[] view) => AssertSame($"{what}: the view", _view, view);

    /// <summary>Names the first sector that is another.</summary>
    public static void AssertSame(string what, byte[] expected, byte[] actual)
    {
        var same = actual.AsSpan().CommonPrefixLength(expected);
        Assert.True(same == expected.Length, $"{what} is another from sector {same / SectorBytes} on.");
    }
}
