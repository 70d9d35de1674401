namespace Kcopyd.Nbd.Protocol;

/// <summary>Why a request failed: numbers of Linux that mean the same on every system.</summary>
internal enum NbdError : uint
{
    /// <summary>It did not.</summary>
    None = 0,

    /// <summary>EPERM: the export is read-only.</summary>
    NotPermitted = 1,

    /// <summary>EIO: the device failed.</summary>
    Io = 5,

    /// <summary>ENOMEM: the request is too large for the server at this time.</summary>
    NoMemory = 12,

    /// <summary>EINVAL: the request makes no sense.</summary>
    Invalid = 22,

    /// <summary>ENOSPC: there is no room.</summary>
    NoSpace = 28,

    /// <summary>EOVERFLOW: the request is too long to be answered in one chunk.</summary>
    Overflow = 75,

    /// <summary>ENOTSUP: the export cannot do that.</summary>
    NotSupported = 95,

    /// <summary>ESHUTDOWN: the server is ending.</summary>
    Shutdown = 108,
}
