namespace Kcopyd.Nbd.Protocol;

/// <summary>How a command is meant.</summary>
[Flags]
internal enum NbdCommandFlags : ushort
{
    /// <summary>As it is.</summary>
    None = 0,

    /// <summary>Durable when it is answered.</summary>
    Fua = 1 << 0,

    /// <summary>Of <see cref="NbdCommand.WriteZeroes"/>: the range stays allocated.</summary>
    NoHole = 1 << 1,

    /// <summary>Of <see cref="NbdCommand.Read"/>: all in one chunk.</summary>
    DontFragment = 1 << 2,

    /// <summary>Of <see cref="NbdCommand.BlockStatus"/>: one extent is enough.</summary>
    RequestOne = 1 << 3,

    /// <summary>Of <see cref="NbdCommand.WriteZeroes"/>: only if that is faster than writing.</summary>
    FastZero = 1 << 4,
}
