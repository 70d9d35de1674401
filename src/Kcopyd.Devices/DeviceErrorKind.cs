namespace Kcopyd.Devices;

/// <summary>Why a device refused or failed, for decisions; the system's number says it for people.</summary>
public enum DeviceErrorKind
{
    /// <summary>The medium or the connection failed (EIO and everything not named below).</summary>
    Io,

    /// <summary>There is no room (ENOSPC, EDQUOT, EFBIG).</summary>
    NoSpace,

    /// <summary>There is no such device or file.</summary>
    NotFound,

    /// <summary>The system does not allow it.</summary>
    AccessDenied,

    /// <summary>Someone else holds it: the message says what the lock reaches.</summary>
    Busy,

    /// <summary>The device is read-only.</summary>
    ReadOnly,

    /// <summary>The request is out of bounds or misaligned; nothing was done.</summary>
    InvalidRequest,

    /// <summary>The thing named is no block device (a directory, a pipe) or the URI is none.</summary>
    NotADevice,

    /// <summary>The device does not support the operation.</summary>
    NotSupported,

    /// <summary>The write epoch ended: writes that were never flushed may be lost.</summary>
    UnflushedWritesLost,

    /// <summary>The name no longer leads to the device that was opened.</summary>
    Vanished,

    /// <summary>The device was disposed.</summary>
    Closed,
}
