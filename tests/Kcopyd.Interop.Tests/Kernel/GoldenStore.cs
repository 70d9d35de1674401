using System.Globalization;
using System.Text.RegularExpressions;

namespace Kcopyd.Interop.Tests.Kernel;

/// <summary>A store of the kernel, as a section of <c>Golden/snapshot-stores-*.txt</c> tells it.</summary>
/// <param name="Name">Of the section.</param>
/// <param name="ChunkSectors">The size of its chunks.</param>
/// <param name="Lines">All lines of the section.</param>
internal sealed partial record GoldenStore(string Name, int ChunkSectors, string[] Lines)
{
    private const int EntryBytes = 16;

    /// <summary>The table that was given, in the numbers of the golden files; null in the middle of a merge.</summary>
    public string? Table => Said("snapshot ") is [var table] ? table : null;

    /// <summary>The length of the COW device.</summary>
    public int CowSectors => int.Parse(Assert.Single(Said("cow ")), CultureInfo.InvariantCulture);

    /// <summary>What it said of itself after each step, without its place and name.</summary>
    public string[] Statuses => [.. Said("status: ").Select(line => line.Split(' ', 4)[3])];

    /// <summary>The length of the snapshot.</summary>
    public long Length => long.Parse(
        Lines.First(line => line.StartsWith("status: ", StringComparison.Ordinal)).Split(' ')[2],
        CultureInfo.InvariantCulture);

    /// <summary>The first bytes of the store; empty in the middle of a merge.</summary>
    public byte[] Header => Said("header: ") is [var header] ? Convert.FromHexString(header) : [];

    /// <summary>The areas that are shown, from the first on: each as many bytes as a chunk has.</summary>
    public byte[][] Areas =>
    [
        .. Lines.Select(line => EntryLine().Match(line)).Where(match => match.Success)
            .GroupBy(match => match.Groups["chunk"].Value, Bytes)
            .Select(area => area.SelectMany(bytes => bytes).ToArray()),
    ];

    /// <summary>All sections of a file.</summary>
    public static IEnumerable<GoldenStore> Read(int chunkSectors)
    {
        var path = Path.Combine(AppContext.BaseDirectory, $"Kernel/Golden/snapshot-stores-{chunkSectors}.txt");
        var lines = File.ReadAllLines(path);
        for (var i = 0; i < lines.Length; i++)
        {
            var section = lines.Skip(i + 1)
                .TakeWhile(line => !line.StartsWith("== ", StringComparison.Ordinal)).ToArray();
            yield return new GoldenStore(lines[i].Split(' ', ',')[1], chunkSectors, section);
            i += section.Length;
        }
    }

    public override string ToString() => $"{Name}, chunk {ChunkSectors}, {string.Join("; ", Said("snapshot "))}";

    private string[] Said(string what) =>
        [.. Lines.Where(line => line.StartsWith(what, StringComparison.Ordinal)).Select(line => line[what.Length..])];

    /// <summary>An entry and those that follow it: the same, or with numbers that go up by one.</summary>
    private static IEnumerable<byte> Bytes(Match match)
    {
        var first = (Old: Number(match, "old"), New: Number(match, "new"));
        var step = match.Groups["how"].Value == "+" ? 1 : 0;
        var more = match.Groups["more"] is { Success: true } count ? int.Parse(count.Value, null) : 0;
        for (var i = 0; i <= more; i++)
        {
            var entry = new byte[EntryBytes];
            BitConverter.TryWriteBytes(entry, first.Old + (step * i));
            BitConverter.TryWriteBytes(entry.AsSpan(EntryBytes / 2), first.New + (step * i));
            foreach (var b in entry)
            {
                yield return b;
            }
        }
    }

    private static long Number(Match match, string group) =>
        BitConverter.ToInt64(Convert.FromHexString(match.Groups[group].Value));

    [GeneratedRegex("^store (?<chunk>\\d+): (?<old>[0-9a-f]{16}) (?<new>[0-9a-f]{16})( (?<how>[+*])(?<more>\\d+))?$")]
    private static partial Regex EntryLine();
}
