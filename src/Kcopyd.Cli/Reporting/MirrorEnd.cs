namespace Kcopyd.Cli.Reporting;

/// <summary>How a command about a mirror ended.</summary>
internal enum MirrorEnd
{
    /// <summary>All legs hold the same, or none that was compared differs.</summary>
    Completed,

    /// <summary>A leg or the log failed, or legs differ.</summary>
    Failed,

    /// <summary>A signal ended it.</summary>
    Cancelled,
}
