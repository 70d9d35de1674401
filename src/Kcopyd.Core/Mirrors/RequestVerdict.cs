namespace Kcopyd.Core.Mirrors;

/// <summary>How a request ends.</summary>
public enum RequestVerdict
{
    /// <summary>It is complete.</summary>
    Done,

    /// <summary>It failed.</summary>
    Failed,

    /// <summary>The mirror cannot do this.</summary>
    NotSupported,
}
