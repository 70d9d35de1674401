namespace Kcopyd.Nbd.Protocol;

/// <summary>What an export can do.</summary>
[Flags]
internal enum NbdTransmissionFlags : ushort
{
    /// <summary>Nothing: the flags are not valid.</summary>
    None = 0,

    /// <summary>The flags are valid.</summary>
    HasFlags = 1 << 0,

    /// <summary>Nothing can be written.</summary>
    ReadOnly = 1 << 1,

    /// <summary>It takes <see cref="NbdCommand.Flush"/>.</summary>
    SendFlush = 1 << 2,

    /// <summary>It takes <see cref="NbdCommandFlags.Fua"/>.</summary>
    SendFua = 1 << 3,

    /// <summary>It is better read in order.</summary>
    Rotational = 1 << 4,

    /// <summary>It takes <see cref="NbdCommand.Trim"/>.</summary>
    SendTrim = 1 << 5,

    /// <summary>It takes <see cref="NbdCommand.WriteZeroes"/>.</summary>
    SendWriteZeroes = 1 << 6,

    /// <summary>It takes <see cref="NbdCommandFlags.DontFragment"/>.</summary>
    SendDontFragment = 1 << 7,

    /// <summary>A flush of one connection covers what was answered on all.</summary>
    CanMultiConn = 1 << 8,

    /// <summary>It takes resizes, which we never send.</summary>
    SendResize = 1 << 9,

    /// <summary>It takes <see cref="NbdCommand.Cache"/>.</summary>
    SendCache = 1 << 10,

    /// <summary>It takes <see cref="NbdCommandFlags.FastZero"/>.</summary>
    SendFastZero = 1 << 11,
}
