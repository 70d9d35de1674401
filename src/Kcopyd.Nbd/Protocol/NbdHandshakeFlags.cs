namespace Kcopyd.Nbd.Protocol;

/// <summary>What a server says of its handshake.</summary>
[Flags]
internal enum NbdHandshakeFlags : ushort
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>It answers options that it does not know.</summary>
    FixedNewstyle = 1 << 0,

    /// <summary>It can leave out the padding after <see cref="NbdOption.ExportName"/>.</summary>
    NoZeroes = 1 << 1,
}
