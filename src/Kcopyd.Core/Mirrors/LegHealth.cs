namespace Kcopyd.Core.Mirrors;

/// <summary>The state of a leg in a status line; the letters are dm-mirror's.</summary>
public enum LegHealth
{
    /// <summary><c>A</c>: no error.</summary>
    Alive,

    /// <summary><c>F</c>: a flush failed.</summary>
    Flush,

    /// <summary><c>D</c>: a write failed.</summary>
    Write,

    /// <summary><c>S</c>: a recovery failed here.</summary>
    Sync,

    /// <summary><c>R</c>: a read failed.</summary>
    Read,

    /// <summary><c>U</c>: an error of no known kind.</summary>
    Unknown,
}
