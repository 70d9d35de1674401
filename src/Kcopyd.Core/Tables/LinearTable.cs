namespace Kcopyd.Core.Tables;

/// <summary>A range of a device as device-mapper's table line describes it. Always one that can be built.</summary>
public sealed record LinearTable
{
    private const string Word = "linear";

    /// <summary>A checked table.</summary>
    /// <param name="start">Where it is in a table of several lines, in sectors; else 0.</param>
    /// <param name="length">Its length, in sectors; at least 1.</param>
    /// <param name="device">A path or a URI without white space.</param>
    /// <param name="offset">The first sector on the device.</param>
    /// <exception cref="ArgumentException">These describe none.</exception>
    public LinearTable(long start, long length, string device, long offset)
    {
        _ = SectorRange.Create(start, length);
        _ = SectorRange.Create(offset, length);
        ArgumentOutOfRangeException.ThrowIfZero(length);
        TableLine.CheckWord(device, nameof(device));
        (Start, Length, Device, Offset) = (start, length, device, offset);
    }

    /// <summary>The position in a table of several lines, in sectors.</summary>
    public long Start { get; }

    /// <summary>The length, in sectors.</summary>
    public long Length { get; }

    /// <summary>The device as it was written.</summary>
    public string Device { get; }

    /// <summary>The first sector on the device.</summary>
    public long Offset { get; }

    /// <summary>What of the device it is.</summary>
    public SectorRange Range => SectorRange.Create(Offset, Length);

    /// <summary>Reads a table line.</summary>
    /// <param name="line"><c>START LENGTH linear DEVICE OFFSET</c>; everything in sectors. A path with white space is
    /// written as a percent-encoded file URI.</param>
    /// <exception cref="DeviceTableException">The line describes none.</exception>
    public static LinearTable Parse(string line)
    {
        var words = new TableLine(line, static (reason, _, _) => new DeviceTableException(reason));
        words.Need(5, null, "a linear line is START LENGTH linear DEVICE OFFSET");
        var start = words.Number(null, "the start", SectorRange.Limit);
        var length = words.Number(null, "the length", SectorRange.Limit - start);
        if (length == 0)
        {
            throw words.Refused(1, null, "but the length is at least 1");
        }

        if (words.Word != Word)
        {
            throw words.Refused(null, $"but the target is '{Word}'");
        }

        words.Next++;
        var device = words.Take();
        var offset = words.Number(null, "the offset", SectorRange.Limit - length);
        return words.Left == 0
            ? new LinearTable(start, length, device, offset)
            : throw words.Refused(null, "but the line is complete before it");
    }

    /// <summary>The status line, which for this target has nothing behind its name.</summary>
    public string ToStatusLine() => $"{Start} {Length} {Word}";

    /// <summary>The whole line, as <see cref="Parse"/> takes it.</summary>
    public override string ToString() => $"{Start} {Length} {Word} {Device} {Offset}";
}
