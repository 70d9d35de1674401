namespace Kcopyd.Actors.TestKit.Crashes;

/// <summary>What a power cut can be timed by.</summary>
public enum PowerEvent
{
    /// <summary>A write, write zeroes or discard of a <see cref="CrashingDisk"/>.</summary>
    Write,

    /// <summary>A flush of a <see cref="CrashingDisk"/> that its write epoch admits.</summary>
    Flush,

    /// <summary>A batch of events that an actor writes to a <see cref="CrashingJournalStore"/>.</summary>
    Append,

    /// <summary>A snapshot that an actor saves to a <see cref="CrashingJournalStore"/>.</summary>
    Snapshot,
}
