using Kcopyd.Core;
using Kcopyd.Core.Copying;

namespace Kcopyd.Actors.Protocol;

/// <summary>Values that several protocols have in common, to and from their wire form. Enumerations travel by the
/// numbers in kcopyd.proto.</summary>
internal static class WireValues
{
    public static Options ToWire(CopyOptions options) => new()
    {
        SegmentBytes = options.SegmentSize.Value,
        InFlight = options.InFlight,
        IgnoreError = options.IgnoreError,
        WriteSequential = options.WriteSequential,
        OnTargetError = (int)options.OnTargetError,
        OnReadError = (int)options.OnReadError,
        SalvageLimit = options.SalvageLimit,
        Sparse = options.Sparse,
        Flush = options.Flush,
        Verify = options.Verify,
        Digest = options.Digest,
    };

    public static CopyOptions FromWire(Options wire) => new()
    {
        SegmentSize = new ByteCount(wire.SegmentBytes),
        InFlight = wire.InFlight,
        IgnoreError = wire.IgnoreError,
        WriteSequential = wire.WriteSequential,
        OnTargetError = Checked<OnTargetError>(wire.OnTargetError),
        OnReadError = Checked<OnReadError>(wire.OnReadError),
        SalvageLimit = wire.SalvageLimit,
        Sparse = wire.Sparse,
        Flush = wire.Flush,
        Verify = wire.Verify,
        Digest = wire.Digest,
    };

    public static Range ToWire(SectorRange range) => new() { Start = range.Start, Count = range.Count };

    /// <exception cref="ArgumentException">It is not there, or is no range.</exception>
    public static SectorRange FromWire(Range? wire) => wire is null
        ? throw new ArgumentException("A range is missing.", nameof(wire))
        : SectorRange.Create(wire.Start, wire.Count);

    public static Failure ToWire(CopyFailure failure)
    {
        var wire = new Failure
        {
            Kind = (int)failure.Kind,
            Range = ToWire(failure.Range),
            Errno = failure.Errno,
            IsTransient = failure.IsTransient,
            Reason = failure.Reason,
        };
        if (failure.Target is { } target)
        {
            wire.Target = target;
        }

        return wire;
    }

    public static CopyFailure FromWire(Failure wire) => new(
        Checked<CopyFailureKind>(wire.Kind),
        wire.HasTarget ? wire.Target : null,
        FromWire(wire.Range),
        wire.Errno,
        wire.IsTransient,
        wire.Reason);

    /// <summary>The value of a number.</summary>
    /// <exception cref="InvalidDataException">A later version added it.</exception>
    public static T Checked<T>(int number)
        where T : struct, Enum
    {
        var value = (T)Enum.ToObject(typeof(T), number);
        return Enum.IsDefined(value)
            ? value
            : throw new InvalidDataException($"{number} is no {typeof(T).Name} of this version.");
    }
}
