namespace Kcopyd.Nbd.Protocol;

/// <summary>The numbers that begin what goes over the wire (NBD specification, "Values"). All are big-endian
/// there.</summary>
internal static class NbdMagic
{
    /// <summary>The first eight bytes of a server: <c>NBDMAGIC</c>.</summary>
    public const ulong Server = 0x4e42_444d_4147_4943;

    /// <summary>What follows them with options, and begins every option: <c>IHAVEOPT</c>.</summary>
    public const ulong Option = 0x4948_4156_454f_5054;

    /// <summary>What follows them in the old style without options, which we do not speak.</summary>
    public const ulong OldStyle = 0x0000_4202_8186_1253;

    /// <summary>The beginning of the answer to an option.</summary>
    public const ulong OptionReply = 0x0003_e889_0455_65a9;

    /// <summary>The beginning of a request.</summary>
    public const uint Request = 0x2560_9513;

    /// <summary>The beginning of a simple reply.</summary>
    public const uint SimpleReply = 0x6744_6698;

    /// <summary>The beginning of a chunk of a structured reply.</summary>
    public const uint Chunk = 0x668e_33ef;
}
