namespace Kcopyd.Actors.TestKit.Tests.Crashes;

/// <summary>In which order a <see cref="LogClient"/> does what it does.</summary>
internal enum LogOrder
{
    /// <summary>Write, flush, mark, flush.</summary>
    Correct,

    /// <summary>Write, mark, flush.</summary>
    MarkBeforeFlush,

    /// <summary>Flushes while the record is being written, then marks.</summary>
    FlushWithoutWaiting,
}
