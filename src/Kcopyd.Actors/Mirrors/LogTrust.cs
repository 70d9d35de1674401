namespace Kcopyd.Actors.Mirrors;

/// <summary>What becomes of a log that holds something else than a log.</summary>
public enum LogTrust
{
    /// <summary>The mirror is refused, unless all that the log takes is zeros, as on a new device. Nothing is
    /// written.</summary>
    Strict,

    /// <summary>As in the kernel: everything is out of sync, and the first leg is copied to the others. A log that
    /// cannot be read counts as failed.</summary>
    Kernel,
}
