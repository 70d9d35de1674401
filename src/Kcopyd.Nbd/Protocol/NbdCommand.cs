namespace Kcopyd.Nbd.Protocol;

/// <summary>What a request asks for.</summary>
internal enum NbdCommand : ushort
{
    /// <summary>Bytes.</summary>
    Read = 0,

    /// <summary>The bytes behind the request are written.</summary>
    Write = 1,

    /// <summary>The end; not answered.</summary>
    Disconnect = 2,

    /// <summary>What was answered is made durable.</summary>
    Flush = 3,

    /// <summary>A range is not needed.</summary>
    Trim = 4,

    /// <summary>A range will be read.</summary>
    Cache = 5,

    /// <summary>A range reads as zeros.</summary>
    WriteZeroes = 6,

    /// <summary>Which parts are what, in the chosen metadata contexts.</summary>
    BlockStatus = 7,
}
