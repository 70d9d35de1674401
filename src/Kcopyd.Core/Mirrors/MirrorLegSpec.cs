namespace Kcopyd.Core.Mirrors;

/// <summary>One leg as a mirror's table names it.</summary>
public sealed record MirrorLegSpec
{
    /// <summary>A checked leg.</summary>
    /// <exception cref="ArgumentException">The device is empty or has white space in it.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The offset is negative or past
    /// <see cref="SectorRange.Limit"/>.</exception>
    public MirrorLegSpec(string device, long offset)
    {
        TableLine.CheckWord(device, nameof(device));
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, SectorRange.Limit);
        Device = device;
        Offset = offset;
    }

    /// <summary>
    /// The device as it was written: a path or a URI without white space. A path that has some is written as a
    /// percent-encoded file URI.
    /// </summary>
    public string Device { get; }

    /// <summary>The leg's first sector on the device.</summary>
    public long Offset { get; }
}
