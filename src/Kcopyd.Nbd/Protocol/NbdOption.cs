namespace Kcopyd.Nbd.Protocol;

/// <summary>What a client asks for before it takes an export.</summary>
internal enum NbdOption : uint
{
    /// <summary>No option.</summary>
    None = 0,

    /// <summary>Takes an export, without an answer that could refuse.</summary>
    ExportName = 1,

    /// <summary>Ends the negotiation.</summary>
    Abort = 2,

    /// <summary>Names the exports.</summary>
    List = 3,

    /// <summary>Goes on encrypted.</summary>
    StartTls = 5,

    /// <summary>Describes an export.</summary>
    Info = 6,

    /// <summary>Describes an export and takes it.</summary>
    Go = 7,

    /// <summary>Has replies in chunks.</summary>
    StructuredReply = 8,

    /// <summary>Names the metadata contexts of an export.</summary>
    ListMetaContext = 9,

    /// <summary>Chooses metadata contexts of an export.</summary>
    SetMetaContext = 10,
}
