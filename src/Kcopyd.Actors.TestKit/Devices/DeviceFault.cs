using Kcopyd.Core;
using Kcopyd.Devices;

namespace Kcopyd.Actors.TestKit.Devices;

/// <summary>Which requests fail, how often, and how.</summary>
/// <remarks>By default the first request of the kind fails once, with EIO, at its first byte.</remarks>
/// <param name="Operation">The kind of request.</param>
public sealed record DeviceFault(DeviceOperation Operation)
{
    /// <summary>EIO on Linux.</summary>
    private const int InputOutputError = 5;

    /// <summary>EOPNOTSUPP on Linux.</summary>
    private const int NotSupportedError = 95;

    /// <summary>The first request of its kind that may fail, counted from 1 on each device. Default 1.</summary>
    public long FromNumber { get; init; } = 1;

    /// <summary>Only requests that touch these sectors fail; null (the default): all. A flush touches none.</summary>
    public SectorRange? Range { get; init; }

    /// <summary>How many requests fail. Default 1; <see cref="Forever"/> never stops.</summary>
    public long Times { get; init; } = 1;

    /// <summary>What happens. Default: the request fails.</summary>
    public DeviceFaultEffect Effect { get; init; }

    /// <summary>Why it failed, for decisions. Default: I/O error.</summary>
    public DeviceErrorKind Kind { get; init; } = DeviceErrorKind.Io;

    /// <summary>The system's error number. Default 5 (EIO).</summary>
    public int Errno { get; init; } = InputOutputError;

    /// <summary>Whether the exception says that trying again may help. Default false.</summary>
    public bool IsTransient { get; init; }

    /// <summary>
    /// How many bytes of the request still succeed; null (the default): those before <see cref="Range"/>, and none
    /// without a range. Rounded down to whole sectors and logical blocks.
    /// </summary>
    public long? BytesBefore { get; init; }

    /// <summary>Why, for people.</summary>
    public string Reason { get; init; } = "injected fault";

    /// <summary>Request number <paramref name="number"/> of a kind fails, once.</summary>
    public static DeviceFault At(DeviceOperation operation, long number) => new(operation) { FromNumber = number };

    /// <summary>Every request of a kind that touches <paramref name="range"/> fails: a bad sector.</summary>
    public static DeviceFault Within(DeviceOperation operation, SectorRange range) =>
        new DeviceFault(operation) { Range = range }.Forever();

    /// <summary>The device does not support a kind of request.</summary>
    /// <remarks>Refuses without touching <see cref="BlockDeviceGeometry.Abilities"/>: a device that promised too
    /// much.</remarks>
    public static DeviceFault Unsupported(DeviceOperation operation) => new DeviceFault(operation)
    {
        Kind = DeviceErrorKind.NotSupported,
        Errno = NotSupportedError,
        Reason = "operation not supported",
    }.Forever();

    /// <summary>The same, without end.</summary>
    public DeviceFault Forever() => this with { Times = long.MaxValue };

    /// <summary>The same, as a failure that may pass.</summary>
    public DeviceFault Transient() => this with { IsTransient = true };

    internal bool Hits(DeviceRequest request, long number) =>
        request.Operation == Operation
        && number >= FromNumber
        && (Range is not { } range || range.Overlaps(request.Range));

    internal long FailingOffset(DeviceRequest request, int blockSize)
    {
        var before = BytesBefore ?? Math.Max(0, (Range?.StartBytes ?? request.Offset) - request.Offset);
        var failing = request.Offset + Math.Min(before, request.Length);

        // A device of bytes too writes a sector wholly or not at all.
        var unit = Math.Max(blockSize, Sectors.Size);
        return Math.Max(request.Offset, failing / unit * unit);
    }
}
