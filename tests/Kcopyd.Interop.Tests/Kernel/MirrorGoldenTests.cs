using Kcopyd.Actors.Mirrors;
using Kcopyd.Core;
using Kcopyd.Core.Mirrors;
using Kcopyd.Devices;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Interop.Tests.Kernel;

/// <summary>Our mirrors print and refuse what a stock kernel does: see <see cref="MirrorKernelTests"/>.</summary>
public sealed class MirrorGoldenTests : IAsyncLifetime
{
    private const string Given = "given: ";
    private const string Said = "table: 253:0: mirror: ";

    private readonly MirrorsHere _here = new();
    private readonly TempDirectory _directory = new();

    public static TheoryData<string, string[]> Lines => Golden("mirror-lines");

    public static TheoryData<string, string[]> Refusals => Golden("mirror-refusals");

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _here.DisposeAsync();
        _directory.Dispose();
    }

    [Theory]
    [MemberData(nameof(Lines))]
    public async Task M25_mirror_prints_the_lines_of_the_kernel(string given, string[] said)
    {
        var table = MirrorTable.Parse(given);
        var legs = table.Legs.Select(_ => (IBlockDevice)new MemoryBlockDevice(4.MiB));
        var log = table.Log.Device is null ? null : new MemoryBlockDevice(1.MiB);
        await using var mirror = await _here.CreateAsync(table, new MirrorParts([.. legs], log, AreOwned: true));
        await mirror.WaitUntilInSyncAsync();

        var lines = await MirrorsHere.LinesOfAsync(mirror);

        Assert.Equal(said.Take(2), [$"status: {lines[0]}", $"table: {lines[1]}"]);
        Assert.Equal(table, MirrorTable.Parse(lines[1]));
    }

    // What the line does not tell the devices do. Of those the kernel has no sentence, or its core has one.
    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task M25_wrong_table_is_refused_in_the_words_of_the_kernel(string given, string[] said)
    {
        if (given.Contains("missing", StringComparison.Ordinal)
            || given.Contains("254:64", StringComparison.Ordinal)
            || said.Any(line => line.Contains("too small for target", StringComparison.Ordinal)))
        {
            await RefusedByDevicesAsync(given, said[0]);
            return;
        }

        var error = Assert.Throws<MirrorTableException>(() => MirrorTable.Parse(given));

        Assert.Equal(said[^1], $"{Said}{error.KernelMessage}");
    }

    private static TheoryData<string, string[]> Golden(string name)
    {
        var data = new TheoryData<string, string[]>();
        var lines = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, $"Kernel/Golden/{name}.txt"));
        for (var i = 0; i < lines.Length; i++)
        {
            var said = lines.Skip(i + 1)
                .TakeWhile(line => !line.StartsWith(Given, StringComparison.Ordinal)).ToArray();
            data.Add(lines[i][Given.Length..], said);
            i += said.Length;
        }

        return data;
    }

    private async Task RefusedByDevicesAsync(string given, string said)
    {
        // The kernel looks at the log before it looks how long the legs are.
        var legBytes = Math.Max(4 << 20, long.Parse(given.Split(' ')[1], null) * Sectors.Size);
        var disks = new MirrorDisks(
            _directory.Sparse("leg-0", legBytes),
            _directory.Sparse("leg-1", legBytes),
            _directory.Sparse("log", 4 << 20),
            _directory.Sparse("leg-2", 4 << 20),
            _directory.Sparse("small", 1024));
        var words = given.Split(' ').Select(word =>
            disks.Paths.FirstOrDefault(path => disks.AsPrinted(path) == word) ?? word);

        var error = await Assert.ThrowsAnyAsync<Exception>(() => _here.OpenAsync(string.Join(' ', words)));

        Assert.True(error is DeviceException or MirrorLogException, $"{error}");
        if (said.Split("need ") is [_, var need])
        {
            // So many bytes the log has to have: "need 1536 bytes".
            Assert.Contains($"takes {need.Split(' ')[0]}.", error.Message, StringComparison.Ordinal);
        }

        foreach (var path in disks.Paths)
        {
            Assert.Equal(-1, File.ReadAllBytes(path).AsSpan().IndexOfAnyExcept((byte)0));
        }
    }
}
