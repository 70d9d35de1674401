using Kcopyd.Core;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Cli.Tests;

/// <summary>Source, targets and journal of copies that are killed.</summary>
/// <remarks>
/// A target is filled with the inverse of the source before a run, wherever the journal claims nothing: so each byte
/// tells whether that run wrote it, and what the page cache of a real machine could have lost is lost.
/// </remarks>
internal sealed class KillFiles : IDisposable
{
    private readonly TempDirectory _files = new();
    private readonly List<LoopDevice> _loops = [];
    private readonly KillKind _kind;
    private readonly byte[] _bytes;

    public KillFiles(KillKind kind)
    {
        _kind = kind;
        _bytes = TempDirectory.Bytes(kind.Length, seed: 1);
        for (var i = 0; i < _bytes.Length; i++)
        {
            _bytes[i] = kind.IsData(i) ? _bytes[i] : (byte)0;
        }

        Source = _files.Sparse("source", kind.Length);
        WriteSource();
        Targets = [.. Enumerable.Range(0, kind.Targets).Select(MakeTarget)];
        Journal = _files["state/journal.db"];
        Directory.CreateDirectory(_files["state"]);
    }

    /// <summary>The source.</summary>
    public string Source { get; }

    /// <summary>The targets, as long as the source.</summary>
    public IReadOnlyList<string> Targets { get; }

    /// <summary>The journal: not there before the first run, but its directory is.</summary>
    public string Journal { get; }

    /// <summary>All sectors.</summary>
    public SectorRange All => SectorRange.Create(0, (_kind.Length + Sectors.Size - 1) / Sectors.Size);

    /// <summary>Fills a range with what the source has not.</summary>
    public void Spoil(int target, IEnumerable<SectorRange> ranges)
    {
        using var file = File.OpenHandle(Targets[target], FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        foreach (var range in ranges)
        {
            var inverse = Array.ConvertAll(Expected(range).ToArray(), bits => (byte)~bits);
            RandomAccess.Write(file, inverse, range.StartBytes);
        }

        RandomAccess.FlushToDisk(file);
    }

    /// <summary>Whether a range of a target is as in the source.</summary>
    public bool IsWritten(int target, SectorRange range) =>
        Actual(target, range).AsSpan().SequenceEqual(Expected(range));

    /// <summary>How many bytes of data in these ranges are as in the source.</summary>
    public long WrittenData(int target, IEnumerable<SectorRange> ranges)
    {
        var count = 0L;
        foreach (var range in ranges)
        {
            var actual = Actual(target, range);
            var expected = Expected(range);
            for (var i = 0; i < actual.Length; i++)
            {
                count += actual[i] == expected[i] && _kind.IsData(range.StartBytes + i) ? 1 : 0;
            }
        }

        return count;
    }

    /// <summary>How many bytes of the source are in these ranges: its last sector may not be whole.</summary>
    public long Bytes(IEnumerable<SectorRange> ranges) => ranges.Sum(range => (long)Expected(range).Length);

    /// <summary>What of these ranges is data.</summary>
    public ExtentSet Data(IEnumerable<SectorRange> ranges)
    {
        var data = new ExtentSet(ranges);
        for (long start = _kind.HoleBytes; _kind.HoleBytes > 0 && start < _kind.Length; start += 2 * _kind.HoleBytes)
        {
            data.Remove(SectorRange.Create(start / Sectors.Size, _kind.HoleBytes / Sectors.Size));
        }

        return data;
    }

    public void Dispose()
    {
        _loops.ForEach(loop => loop.Dispose());
        _files.Dispose();
    }

    private void WriteSource()
    {
        using var file = File.OpenHandle(Source, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        foreach (var range in Data([All]))
        {
            RandomAccess.Write(file, Expected(range), range.StartBytes);
        }
    }

    private string MakeTarget(int number)
    {
        var path = _files.Sparse($"target{number}", _kind.Length);
        if (!_kind.IsLoop)
        {
            return path;
        }

        _loops.Add(LoopDevice.Attach(path));
        return _loops[^1].Path;
    }

    private ReadOnlySpan<byte> Expected(SectorRange range) =>
        _bytes.AsSpan((int)range.StartBytes, (int)Math.Min(range.CountBytes, _kind.Length - range.StartBytes));

    private byte[] Actual(int target, SectorRange range)
    {
        var bytes = new byte[Expected(range).Length];

        using var file = UnlockedFile.OpenRead(Targets[target]);
        Assert.Equal(bytes.Length, RandomAccess.Read(file, bytes, range.StartBytes));
        return bytes;
    }
}
