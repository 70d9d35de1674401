namespace Kcopyd.Core.Mirrors;

/// <summary>The log as a mirror's table names it.</summary>
public sealed record MirrorLogSpec
{
    /// <summary>The longest name of a journal log, in characters.</summary>
    public const int MaxNameLength = 128;

    private MirrorLogSpec(MirrorLogKind kind, long regionSize, MirrorSync sync)
    {
        if (!MirrorGeometry.IsRegionSize(regionSize))
        {
            throw new ArgumentOutOfRangeException(
                nameof(regionSize), regionSize, $"A power of two, at least {MirrorGeometry.MinRegionSize} sectors.");
        }

        Kind = kind;
        RegionSize = regionSize;
        Sync = sync;
    }

    /// <summary>Where the log is.</summary>
    public MirrorLogKind Kind { get; }

    /// <summary>The log device of a <see cref="MirrorLogKind.Disk"/> log as it was written, else null.</summary>
    public string? Device { get; private init; }

    /// <summary>The name of a <see cref="MirrorLogKind.Journal"/> log, else null.</summary>
    public string? Name { get; private init; }

    /// <summary>Sectors in a region: a power of two, at least 2.</summary>
    public long RegionSize { get; }

    /// <summary>What the table says about the state of the legs.</summary>
    public MirrorSync Sync { get; }

    /// <summary>A log in memory.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No mirror has such regions.</exception>
    public static MirrorLogSpec Core(long regionSize, MirrorSync sync = MirrorSync.Default) =>
        new(MirrorLogKind.Core, regionSize, sync);

    /// <summary>A log on a device, which is a path or a URI without white space.</summary>
    /// <exception cref="ArgumentException">The device is empty or has white space in it, or no mirror has such
    /// regions.</exception>
    public static MirrorLogSpec Disk(string device, long regionSize, MirrorSync sync = MirrorSync.Default)
    {
        TableLine.CheckWord(device, nameof(device));
        return new(MirrorLogKind.Disk, regionSize, sync) { Device = device };
    }

    /// <summary>A log in a journal stream of this name.</summary>
    /// <exception cref="ArgumentException">It is no name, as of <see cref="IsName"/>, or no mirror has such
    /// regions.</exception>
    public static MirrorLogSpec Journal(string name, long regionSize, MirrorSync sync = MirrorSync.Default)
    {
        if (!IsName(name))
        {
            throw new ArgumentException($"'{name}' is no name of a log.", nameof(name));
        }

        return new(MirrorLogKind.Journal, regionSize, sync) { Name = name };
    }

    /// <summary>
    /// Whether a journal log can have this name: 1 to <see cref="MaxNameLength"/> of <c>A-Z a-z 0-9 . _ -</c>.
    /// </summary>
    public static bool IsName(string name) =>
        name.Length is > 0 and <= MaxNameLength
        && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-');

    /// <summary>As in a table: <c>TYPE #ARGUMENTS ARGUMENTS…</c>.</summary>
    public override string ToString()
    {
        List<string> words = [MirrorTableWords.Of(Kind), ""];
        if ((Device ?? Name) is { } place)
        {
            words.Add(place);
        }

        words.Add($"{RegionSize}");
        if (Sync != MirrorSync.Default)
        {
            words.Add(Sync == MirrorSync.Sync ? MirrorTableWords.Sync : MirrorTableWords.NoSync);
        }

        words[1] = $"{words.Count - 2}";
        return string.Join(' ', words);
    }
}
