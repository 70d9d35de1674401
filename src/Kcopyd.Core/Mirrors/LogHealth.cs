namespace Kcopyd.Core.Mirrors;

/// <summary>The state of a mirror's log in a status line; the letters are dm-mirror's.</summary>
public enum LogHealth
{
    /// <summary><c>A</c>: no error.</summary>
    Alive,

    /// <summary><c>D</c>: the log could not be read or written.</summary>
    Failed,

    /// <summary><c>F</c>: the legs could not be flushed, so no region may be called clean; it wins over
    /// <see cref="Failed"/>.</summary>
    FlushFailed,
}
