namespace Kcopyd.Cli.Reporting;

/// <summary>How a command about a mirror or a snapshot ended.</summary>
internal enum WorkEnd
{
    /// <summary>Everything was done, and nothing that was compared differs.</summary>
    Completed,

    /// <summary>A device failed, or what was compared differs.</summary>
    Failed,

    /// <summary>A signal ended it.</summary>
    Cancelled,
}
