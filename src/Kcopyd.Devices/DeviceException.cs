namespace Kcopyd.Devices;

/// <summary>
/// A device did not do what it was asked, and says which, what, where, why, and whether trying again may help.
/// </summary>
public sealed class DeviceException : Exception
{
    /// <summary>Builds the one sentence that <see cref="Exception.Message"/> is.</summary>
    /// <param name="device">The device's URI as the user named it.</param>
    /// <param name="operation">What was asked.</param>
    /// <param name="kind">Why it failed.</param>
    /// <param name="reason">The reason as the end of a sentence: "no space left on device".</param>
    public DeviceException(string device, DeviceOperation operation, DeviceErrorKind kind, string reason)
        : this(device, operation, kind, reason, null)
    {
    }

    /// <summary>As the other, with the cause.</summary>
    public DeviceException(
        string device, DeviceOperation operation, DeviceErrorKind kind, string reason, Exception? innerException)
        : base(reason, innerException)
    {
        Device = device;
        Operation = operation;
        Kind = kind;
        Reason = reason;
    }

    /// <summary>The device's URI as the user named it.</summary>
    public string Device { get; }

    /// <summary>What was asked.</summary>
    public DeviceOperation Operation { get; }

    /// <summary>Why it failed, for decisions.</summary>
    public DeviceErrorKind Kind { get; }

    /// <summary>Why it failed, for people, without device and position.</summary>
    public string Reason { get; }

    /// <summary>The first byte that failed, or null where the failure has no position.</summary>
    public long? Offset { get; init; }

    /// <summary>The system's error number (errno), or 0 where there is none.</summary>
    public int Errno { get; init; }

    /// <summary>Whether the same request may succeed later.</summary>
    public bool IsTransient { get; init; }

    /// <inheritdoc/>
    public override string Message => Offset is { } offset
        ? $"{Device}: {Phrase(Operation)} at byte {offset} failed: {Reason}"
        : $"{Device}: {Phrase(Operation)} failed: {Reason}";

    private static string Phrase(DeviceOperation operation) => operation switch
    {
        DeviceOperation.WriteZeroes => "write zeroes",
        DeviceOperation.BlockStatus => "block status",
#pragma warning disable CA1308 // a word in a sentence, not a key
        _ => operation.ToString().ToLowerInvariant(),
#pragma warning restore CA1308
    };
}
