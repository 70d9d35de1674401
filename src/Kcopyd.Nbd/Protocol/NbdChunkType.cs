namespace Kcopyd.Nbd.Protocol;

/// <summary>What a chunk of a structured reply holds. Errors have the highest bit set.</summary>
internal enum NbdChunkType : ushort
{
    /// <summary>Nothing: only an end.</summary>
    None = 0,

    /// <summary>A position and the bytes there.</summary>
    OffsetData = 1,

    /// <summary>A position and how many zeros are there.</summary>
    OffsetHole = 2,

    /// <summary>A metadata context and its extents.</summary>
    BlockStatus = 5,

    /// <summary>What went wrong.</summary>
    Error = 0x8001,

    /// <summary>What went wrong, and where.</summary>
    ErrorOffset = 0x8002,
}
