namespace Kcopyd.Nbd.Protocol;

/// <summary>How a chunk is meant.</summary>
[Flags]
internal enum NbdChunkFlags : ushort
{
    /// <summary>More follow.</summary>
    None = 0,

    /// <summary>It is the last of its reply.</summary>
    Done = 1 << 0,
}
