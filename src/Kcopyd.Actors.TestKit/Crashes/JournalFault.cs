namespace Kcopyd.Actors.TestKit.Crashes;

/// <summary>How saving an event or a snapshot goes wrong.</summary>
public enum JournalFault
{
    /// <summary>It is not stored, and the answer says that it failed.</summary>
    Failed,

    /// <summary>It is stored, and the answer says that it failed: a time-out that came too early.</summary>
    StoredButFailed,

    /// <summary>It is not stored, and no answer comes.</summary>
    Silent,

    /// <summary>It is stored, and no answer comes.</summary>
    StoredButSilent,

    /// <summary>It is not stored, and the answer says that it was rejected: the journal is well, the event is not. A
    /// snapshot fails.</summary>
    Rejected,
}
