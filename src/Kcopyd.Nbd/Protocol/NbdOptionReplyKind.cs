namespace Kcopyd.Nbd.Protocol;

/// <summary>How a server answers an option. Errors have the highest bit set.</summary>
internal enum NbdOptionReplyKind : uint
{
    /// <summary>No answer.</summary>
    None = 0,

    /// <summary>Done, or the end of a list.</summary>
    Ack = 1,

    /// <summary>One export of a list.</summary>
    Server = 2,

    /// <summary>One piece of information of an export.</summary>
    Info = 3,

    /// <summary>One metadata context.</summary>
    MetaContext = 4,

    /// <summary>The server does not know the option.</summary>
    ErrUnsupported = 0x8000_0001,

    /// <summary>The server does not want to.</summary>
    ErrPolicy = 0x8000_0002,

    /// <summary>The option makes no sense.</summary>
    ErrInvalid = 0x8000_0003,

    /// <summary>The server was built without it.</summary>
    ErrPlatform = 0x8000_0004,

    /// <summary>Not before <see cref="NbdOption.StartTls"/>.</summary>
    ErrTlsRequired = 0x8000_0005,

    /// <summary>There is no such export.</summary>
    ErrUnknown = 0x8000_0006,

    /// <summary>The server is ending.</summary>
    ErrShutdown = 0x8000_0007,

    /// <summary>The client must ask for <see cref="NbdTopic.BlockSize"/>.</summary>
    ErrBlockSizeRequired = 0x8000_0008,

    /// <summary>The option is too long.</summary>
    ErrTooBig = 0x8000_0009,
}
