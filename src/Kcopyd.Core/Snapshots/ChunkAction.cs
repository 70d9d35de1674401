namespace Kcopyd.Core.Snapshots;

/// <summary>What a piece of a request does to its device.</summary>
public enum ChunkAction
{
    /// <summary>Writes the request's data, or its zeros.</summary>
    Write,

    /// <summary>Makes it read as zeros.</summary>
    Zero,

    /// <summary>Discards it; a refusal is no failure.</summary>
    Discard,

    /// <summary>Flushes the device.</summary>
    Flush,
}
