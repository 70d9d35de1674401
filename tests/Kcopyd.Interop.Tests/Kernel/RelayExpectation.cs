namespace Kcopyd.Interop.Tests.Kernel;

/// <summary>What a run of a mirror is to leave, when before it all legs but the first hold something else in every
/// region: where they hold the same afterwards it was copied.</summary>
internal sealed class RelayExpectation
{
    private const int SectorBytes = 512;

    private readonly byte[] _source;
    private readonly byte[] _target;
    private readonly byte[] _log;

    /// <summary>From what leg 0 and the log hold before.</summary>
    public RelayExpectation(byte[] source, byte[] log, RelayMirror mirror, RelayStep step)
    {
        _source = source;
        _target = Stale(source);
        _log = MirrorLogFile.AllClean(log, mirror.RegionsOf(step));
        for (var region = 0; region < mirror.RegionsOf(step); region++)
        {
            if (!MirrorLogFile.IsClean(log, region, step.Argument))
            {
                var start = region * mirror.RegionSectors;
                Copy(start, Math.Min(step.Sectors, start + mirror.RegionSectors));
                Copied++;
            }
        }
    }

    /// <summary>How many regions are to be copied.</summary>
    public int Copied { get; private set; }

    /// <summary>What differs from a leg in every byte.</summary>
    public static byte[] Stale(byte[] source) => Array.ConvertAll(source, b => (byte)~b);

    /// <summary>A write while the mirror runs.</summary>
    public void Write(int offset, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_source.AsSpan(offset));
        bytes.CopyTo(_target.AsSpan(offset));
    }

    public void AssertLeg(string what, int leg, byte[] bytes)
    {
        var expected = leg == 0 ? _source : _target;
        var same = bytes.AsSpan().CommonPrefixLength(expected);
        Assert.True(same == expected.Length, $"{what}: leg {leg} is wrong from sector {same / SectorBytes} on.");
    }

    public void AssertLog(string what, byte[] log)
    {
        var same = log.AsSpan().CommonPrefixLength(_log);
        Assert.True(
            same == _log.Length,
            $"{what}: byte {same} of the log is {log.ElementAtOrDefault(same)}, not {_log.ElementAtOrDefault(same)}.");
    }

    private void Copy(int start, int end) =>
        _source.AsSpan(start * SectorBytes, (end - start) * SectorBytes).CopyTo(_target.AsSpan(start * SectorBytes));
}
