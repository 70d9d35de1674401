using System.Collections.Immutable;

namespace Kcopyd.Core.Mirrors;

/// <summary>A mirror as device-mapper's table line describes it. Always one that can be built.</summary>
public sealed record MirrorTable
{
    /// <summary>The fewest legs of a mirror.</summary>
    public const int MinLegs = 2;

    /// <summary>
    /// The most legs of a mirror: a recovery copies from one to the others, and a copy has eight targets.
    /// </summary>
    public const int MaxLegs = 9;

    /// <summary>A checked table.</summary>
    /// <param name="start">Where a table of several targets would have the mirror, in sectors; else 0.</param>
    /// <param name="length">Its length, in sectors; at least one region.</param>
    /// <param name="log">Its log.</param>
    /// <param name="legs">Its legs, <see cref="MinLegs"/> to <see cref="MaxLegs"/> of them.</param>
    /// <param name="features">Its features; <see cref="MirrorFeatures.KeepLog"/> never alone.</param>
    /// <exception cref="ArgumentException">These describe no mirror.</exception>
    public MirrorTable(
        long start, long length, MirrorLogSpec log, ImmutableArray<MirrorLegSpec> legs, MirrorFeatures features)
    {
        _ = SectorRange.Create(start, length);
        Geometry = MirrorGeometry.Create(length, log.RegionSize);
        ArgumentOutOfRangeException.ThrowIfLessThan(legs.Length, MinLegs, nameof(legs));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(legs.Length, MaxLegs, nameof(legs));
        foreach (var leg in legs)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(leg.Offset, SectorRange.Limit - length, nameof(legs));
        }

        if (features is not (MirrorFeatures.None or MirrorFeatures.HandleErrors
            or (MirrorFeatures.HandleErrors | MirrorFeatures.KeepLog)))
        {
            throw new ArgumentException("None, handle_errors, or keep_log with handle_errors.", nameof(features));
        }

        Start = start;
        Log = log;
        Legs = legs;
        Features = features;
    }

    /// <summary>The position of the mirror in its table, in sectors.</summary>
    public long Start { get; }

    /// <summary>The length of the mirror, in sectors.</summary>
    public long Length => Geometry.Length;

    /// <summary>The log.</summary>
    public MirrorLogSpec Log { get; }

    /// <summary>The legs in order; the first is the default one.</summary>
    public ImmutableArray<MirrorLegSpec> Legs { get; }

    /// <summary>The features.</summary>
    public MirrorFeatures Features { get; }

    /// <summary>Whether a failed leg is an event, and what it missed is held.</summary>
    public bool HandleErrors => Features.HasFlag(MirrorFeatures.HandleErrors);

    /// <summary>Whether writes go on with the legs that are left, their regions kept dirty.</summary>
    public bool KeepLog => Features.HasFlag(MirrorFeatures.KeepLog);

    /// <summary>The regions.</summary>
    public MirrorGeometry Geometry { get; }

    /// <summary>Reads a table line.</summary>
    /// <param name="line">
    /// <c>START LENGTH mirror LOG #ARGUMENTS ARGUMENTS… #LEGS {DEVICE OFFSET}… [#FEATURES FEATURES…]</c>, where the
    /// log is <c>core REGION [sync|nosync]</c>, <c>disk DEVICE REGION [sync|nosync]</c> or
    /// <c>journal NAME REGION [sync|nosync]</c>; everything in sectors. Devices are paths or URIs without white
    /// space: a path that has some is written as a percent-encoded file URI.
    /// </param>
    /// <exception cref="MirrorTableException">The line describes no mirror.</exception>
    public static MirrorTable Parse(string line) => new MirrorTableParser(line).Parse();

    /// <summary>The same mirror with another device as one of its legs.</summary>
    /// <exception cref="ArgumentException">There is no such leg, or the new one is too far out.</exception>
    public MirrorTable WithLeg(int index, MirrorLegSpec leg)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Legs.Length);
        return new MirrorTable(Start, Length, Log, Legs.SetItem(index, leg), Features);
    }

    /// <summary>The table as device-mapper prints it, without start, length and target name.</summary>
    public string ToTableText()
    {
        List<string> words = [$"{Log}", $"{Legs.Length}", .. Legs.Select(leg => $"{leg.Device} {leg.Offset}")];
        if (Features != MirrorFeatures.None)
        {
            words.Add(KeepLog ? "2" : "1");
            words.Add(MirrorTableWords.HandleErrors);
        }

        if (KeepLog)
        {
            words.Add(MirrorTableWords.KeepLog);
        }

        return string.Join(' ', words);
    }

    /// <summary>The whole line, as <see cref="Parse"/> takes it.</summary>
    public string ToTableLine() => $"{Start} {Length} {MirrorTableWords.Target} {ToTableText()}";

    /// <inheritdoc cref="ToTableLine"/>
    public override string ToString() => ToTableLine();

    /// <summary>Tables are equal when their parts are, leg by leg.</summary>
    public bool Equals(MirrorTable? other) =>
        other is not null
        && (Start, Length, Log, Features) == (other.Start, other.Length, other.Log, other.Features)
        && Legs.AsSpan().SequenceEqual(other.Legs.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Start, Length, Log, Features, Legs.Length, Legs[0]);
}
