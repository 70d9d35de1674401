namespace Kcopyd.Nbd.Protocol;

/// <summary>What a client answers to <see cref="NbdHandshakeFlags"/>.</summary>
[Flags]
internal enum NbdClientFlags : uint
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>It knows that options are answered.</summary>
    FixedNewstyle = 1 << 0,

    /// <summary>It wants no padding.</summary>
    NoZeroes = 1 << 1,
}
