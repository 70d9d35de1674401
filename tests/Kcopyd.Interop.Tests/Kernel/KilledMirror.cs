using System.Runtime.InteropServices;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Interop.Tests.Kernel;

/// <summary>A mirror of ours whose process was killed in the middle of writes, before and after the kernel had it.
/// </summary>
internal sealed class KilledMirror
{
    private const int SectorBytes = 512;
    private const int BlockBytes = 4096;
    private const int LogBytes = 64 * SectorBytes;

    private readonly int _sectors;
    private readonly int _regionSectors;
    private readonly string[] _legs;
    private readonly string _log;
    private readonly string _readBack;
    private readonly string _features;
    private byte[] _source = [];
    private byte[] _target = [];
    private byte[] _logBefore = [];
    private Dictionary<int, long> _flushed = [];

    public KilledMirror(TempDirectory directory, string name, (int All, int Region) sectors, int legs, string features)
    {
        (_sectors, _regionSectors) = sectors;
        _features = features;
        _legs = [.. Enumerable.Range(0, legs)
            .Select(leg => directory.File($"{name}-leg-{leg}", _sectors * SectorBytes, leg))];
        _log = directory[$"{name}-log"];
        File.WriteAllBytes(_log, MirrorLogFile.Fresh(LogBytes));
        _readBack = directory.Sparse($"{name}-read-back", _sectors * SectorBytes);
    }

    public string[] Paths => [.. _legs, _log, _readBack];

    public string Table
    {
        get
        {
            var legs = string.Join(' ', _legs.Select(leg => $"{leg} 0"));
            return $"0 {_sectors} mirror disk 2 {_log} {_regionSectors} {_legs.Length} {legs} {_features}".TrimEnd();
        }
    }

    /// <summary>How the script is to run it.</summary>
    public string RunOf(MirrorDisks disks) => disks.AsGiven($"read_back {_readBack} {Table}");

    private int Regions => (_sectors + _regionSectors - 1) / _regionSectors;

    /// <summary>Runs and kills it. Then spoils all legs but the first in every region that the log calls clean, where
    /// they have to be equal.</summary>
    public async Task KillAsync(int writes, int seed)
    {
        _flushed = await MirrorWriterProcess.KillAfterAsync(writes, Table, seed);
        _logBefore = File.ReadAllBytes(_log);
        _source = File.ReadAllBytes(_legs[0]);
        _target = [.. _source];
        var dirty = 0;
        for (var region = 0; region < Regions; region++)
        {
            if (!MirrorLogFile.IsClean(_logBefore, region, ""))
            {
                dirty++;
                continue;
            }

            var (start, bytes) = PlaceOf(region);
            RelayExpectation.Stale(_source[start..(start + bytes)]).CopyTo(_target, start);
            foreach (var leg in _legs[1..])
            {
                using var file = File.OpenHandle(leg, FileMode.Open, FileAccess.ReadWrite);
                var held = new byte[bytes];
                RandomAccess.Read(file, held, start);
                Assert.Equal(_source[start..(start + bytes)], held);
                RandomAccess.Write(file, _target.AsSpan(start, bytes), start);
            }
        }

        Assert.InRange(dirty, 1, Regions / 2);
    }

    /// <summary>That dirty regions and no others were copied, that all are clean now, and that all that was flushed was
    /// read in the machine.</summary>
    public void AssertRecovered()
    {
        Assert.Equal(_source, File.ReadAllBytes(_legs[0]));
        foreach (var leg in _legs[1..])
        {
            Assert.Equal(_target, File.ReadAllBytes(leg));
        }

        Assert.Equal(MirrorLogFile.AllClean(_logBefore, Regions), File.ReadAllBytes(_log));
        var read = File.ReadAllBytes(_readBack);
        Assert.NotEmpty(_flushed);
        foreach (var (block, number) in _flushed)
        {
            var words = MemoryMarshal.Cast<byte, long>(read.AsSpan(block * BlockBytes, BlockBytes));
            Assert.True(
                words[0] >= number && words.IndexOfAnyExcept(words[0]) < 0,
                $"Block {block} holds {words[0]} and not the flushed {number}, or is torn.");
        }
    }

    private (int Start, int Bytes) PlaceOf(int region)
    {
        var start = region * _regionSectors;
        return (start * SectorBytes, (Math.Min(_sectors, start + _regionSectors) - start) * SectorBytes);
    }
}
