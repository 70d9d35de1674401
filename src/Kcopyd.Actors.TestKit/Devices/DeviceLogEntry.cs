using Kcopyd.Devices;

namespace Kcopyd.Actors.TestKit.Devices;

/// <summary>One line of a <see cref="DeviceLog"/>.</summary>
/// <param name="Sequence">Its position in the log, from 1: the order across all devices of the log.</param>
/// <param name="Device">The name that the device has in the log, or the text of a mark.</param>
/// <param name="Phase">What happened.</param>
/// <param name="Request">To which request; nothing for a mark.</param>
public sealed record DeviceLogEntry(long Sequence, string Device, DeviceLogPhase Phase, DeviceRequest Request)
{
    /// <summary>The <see cref="Sequence"/> of the entry that says that this request had begun; 0 for a mark.</summary>
    public long BegunAt { get; init; }

    /// <summary>Why it failed.</summary>
    public Exception? Failure { get; init; }

    /// <summary>Whether it is about this kind of request and phase, on the device named, or on any for null.</summary>
    public bool Is(DeviceLogPhase phase, DeviceOperation operation, string? device = null) =>
        Phase == phase && Request.Operation == operation && (device is null || device == Device);

    /// <summary>Whether the request touches a sector.</summary>
    public bool Covers(long sector) =>
        Phase != DeviceLogPhase.Marked && Request.Range.Start <= sector && sector < Request.Range.End;

    /// <summary>As <c>7 source Completed Read 0+8</c>.</summary>
    public override string ToString() => Phase == DeviceLogPhase.Marked
        ? $"{Sequence} -- {Device} --"
        : $"{Sequence} {Device} {Phase} {Request} epoch {Request.WriteEpoch}";
}
