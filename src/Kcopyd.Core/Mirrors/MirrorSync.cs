namespace Kcopyd.Core.Mirrors;

/// <summary>What a table says about the state of the legs.</summary>
public enum MirrorSync
{
    /// <summary>Nothing: what the log does not call clean is copied.</summary>
    Default,

    /// <summary><c>sync</c>: everything is copied, at every resume of a log that is kept.</summary>
    Sync,

    /// <summary><c>nosync</c>: the legs are taken for equal, at every resume of a log that is kept.</summary>
    NoSync,
}
