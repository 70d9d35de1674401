namespace Kcopyd.Actors.TestKit.Devices;

/// <summary>How likely a request of each kind fails, 0 (never, the default) to 1 (always).</summary>
public sealed record FaultRates
{
    /// <summary>No faults.</summary>
    public static readonly FaultRates None = new();

    /// <summary>Share of reads that fail.</summary>
    public double Read { get; init; }

    /// <summary>Share of writes that fail.</summary>
    public double Write { get; init; }

    /// <summary>Share of write-zeroes that fail.</summary>
    public double WriteZeroes { get; init; }

    /// <summary>Share of flushes that fail.</summary>
    public double Flush { get; init; }

    /// <summary>Share of failures that say that trying again may help. Default one half.</summary>
    public double Transient { get; init; } = 0.5;
}
