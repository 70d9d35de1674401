using Kcopyd.Actors.Mirrors;
using Kcopyd.Devices;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Interop.Tests.Kernel;

/// <summary>Mirrors side by side on three legs, each with a log of its own, that run here and in the kernel by turns.
/// </summary>
internal sealed class MirrorRelay : IAsyncDisposable
{
    private const int SectorBytes = 512;
    private const int Legs = 3;
    private const int LogBytes = 64 * SectorBytes;
    private const int WritesHere = 20;

    private readonly TempDirectory _directory = new();
    private readonly MirrorsHere _here = new();
    private readonly RelayMirror[] _mirrors;
    private readonly int[] _starts;
    private readonly MirrorDisks _disks;

    public MirrorRelay(params RelayMirror[] mirrors)
    {
        _mirrors = mirrors;
        _starts = [.. mirrors.Select((_, i) => mirrors[..i].Sum(before => before.Room))];
        var sectors = mirrors.Sum(mirror => mirror.Room);
        var legs = Enumerable.Range(0, Legs)
            .Select(leg => _directory.File($"leg-{leg}", sectors * SectorBytes, leg));
        _disks = new MirrorDisks([.. legs, .. mirrors.Select((_, i) => _directory[$"log-{i}"])]);
        for (var i = 0; i < mirrors.Length; i++)
        {
            File.WriteAllBytes(LogOf(i), MirrorLogFile.Fresh(LogBytes));
        }
    }

    /// <summary>Each mirror runs here.</summary>
    /// <returns>Their lines as the kernel prints them.</returns>
    public async Task<string[]> RunHereAsync(int step)
    {
        List<string> lines = [];
        for (var i = 0; i < _mirrors.Length; i++)
        {
            var what = $"{_mirrors[i].Name}, step {step}, here";
            var expected = Prepare(i, step);
            await using (var mirror = await _here.OpenAsync(TableOf(i, step)))
            {
                await mirror.WaitUntilInSyncAsync();
                await WriteAsync(mirror, expected, new Random(step));
                Assert.Equal((what, expected.Copied), (what, (await mirror.GetCountsAsync()).RecoveredRegions));
                lines.AddRange((await MirrorsHere.LinesOfAsync(mirror)).Select(_disks.AsPrinted));
            }

            AssertMet(what, i, expected);
        }

        return [.. lines];
    }

    /// <summary>Each mirror runs in the kernel.</summary>
    /// <returns>Their lines as it prints them.</returns>
    public async Task<string[]> RunInKernelAsync(int step)
    {
        var expected = _mirrors.Select((_, i) => Prepare(i, step)).ToArray();
        var runs = _mirrors.Select((mirror, i) =>
            $"relay '{_disks.AsGiven(TableOf(i, step))}' {mirror.Name} {LastSectorOf(i, step)}");

        var result = await KernelVm.RunAsync(
            KernelScript.Mirror("mirror-relay", string.Join('\n', runs)), _disks.Paths);

        Assert.Equal((0, 2 * _mirrors.Length), (result.ExitStatus, result.Lines.Count));
        for (var i = 0; i < _mirrors.Length; i++)
        {
            // The script writes its name over and over to the first and the last sector.
            var name = string.Concat(Enumerable.Repeat($"{_mirrors[i].Name}\n", SectorBytes));
            var written = System.Text.Encoding.ASCII.GetBytes(name)[..SectorBytes];
            expected[i].Write(0, written);
            expected[i].Write(LastSectorOf(i, step) * SectorBytes, written);
            AssertMet($"{_mirrors[i].Name}, step {step}, kernel", i, expected[i]);
        }

        return [.. result.Lines];
    }

    public async ValueTask DisposeAsync()
    {
        await _here.DisposeAsync();
        _directory.Dispose();
    }

    private static async Task WriteAsync(MirrorDevice mirror, RelayExpectation expected, Random random)
    {
        var sectors = (int)(mirror.Geometry.LengthBytes / SectorBytes);
        for (var i = 0; i < WritesHere; i++)
        {
            var sector = random.Next(sectors);
            var data = TempDirectory.Bytes(random.Next(1, Math.Min(16, sectors - sector) + 1) * SectorBytes, i);
            await mirror.WriteAsync(sector * SectorBytes, data, WriteDurability.Cached, default);
            expected.Write(sector * SectorBytes, data);
        }

        await mirror.FlushAsync(mirror.WriteEpoch, default);
    }

    private int LastSectorOf(int mirror, int step) => _mirrors[mirror].Steps[step].Sectors - 1;

    private string LogOf(int mirror) => _disks.Paths[Legs + mirror];

    private string TableOf(int index, int step)
    {
        var (mirror, argument) = (_mirrors[index], _mirrors[index].Steps[step].Argument);
        string[] log = [LogOf(index), $"{mirror.RegionSectors}", .. argument is "" ? [] : new[] { argument }];
        var legs = _disks.Paths[..mirror.Legs].Select(leg => $"{leg} {_starts[index]}");
        var words = $"{log.Length} {string.Join(' ', log)} {mirror.Legs} {string.Join(' ', legs)} {mirror.Features}";
        return $"0 {mirror.Steps[step].Sectors} mirror disk {words}".TrimEnd();
    }

    /// <summary>Spoils all legs but the first, and the log where the step says so.</summary>
    private RelayExpectation Prepare(int index, int step)
    {
        var mirror = _mirrors[index];
        var source = ReadLeg(index, 0);
        for (var leg = 1; leg < mirror.Legs; leg++)
        {
            using var file = File.OpenHandle(_disks.Paths[leg], FileMode.Open, FileAccess.Write);
            RandomAccess.Write(file, RelayExpectation.Stale(source), StartOf(index));
        }

        var log = File.ReadAllBytes(LogOf(index));
        mirror.Steps[step].Tamper?.Invoke(log);
        File.WriteAllBytes(LogOf(index), log);
        return new RelayExpectation(source, log, mirror, mirror.Steps[step]);
    }

    private void AssertMet(string what, int index, RelayExpectation expected)
    {
        for (var leg = 0; leg < _mirrors[index].Legs; leg++)
        {
            expected.AssertLeg(what, leg, ReadLeg(index, leg));
        }

        expected.AssertLog(what, File.ReadAllBytes(LogOf(index)));
    }

    private byte[] ReadLeg(int index, int leg)
    {
        using var file = File.OpenHandle(_disks.Paths[leg]);
        var bytes = new byte[_mirrors[index].Room * SectorBytes];
        Assert.Equal(bytes.Length, RandomAccess.Read(file, bytes, StartOf(index)));
        return bytes;
    }

    private long StartOf(int index) => (long)_starts[index] * SectorBytes;
}
