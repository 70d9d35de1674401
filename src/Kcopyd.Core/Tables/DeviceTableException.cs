namespace Kcopyd.Core.Tables;

/// <summary>A table that describes no device. The message is one sentence that names line and word.</summary>
public sealed class DeviceTableException : Exception
{
    /// <summary>What is wrong.</summary>
    /// <param name="reason">Where, what it is and what it should be; without an end.</param>
    public DeviceTableException(string reason)
        : base($"{char.ToUpperInvariant(reason[0])}{reason[1..]}.") => Reason = reason;

    /// <summary>The words as they were given: they may begin with a name.</summary>
    internal string Reason { get; }
}
