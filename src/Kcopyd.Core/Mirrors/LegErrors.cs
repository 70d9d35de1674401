namespace Kcopyd.Core.Mirrors;

/// <summary>The kinds of errors that a leg has had since it was last taken for good.</summary>
[Flags]
public enum LegErrors
{
    /// <summary>No error.</summary>
    None = 0,

    /// <summary>A write failed.</summary>
    Write = 1,

    /// <summary>A flush failed.</summary>
    Flush = 2,

    /// <summary>A recovery could not read from this leg or write to it.</summary>
    Sync = 4,

    /// <summary>A read failed.</summary>
    Read = 8,
}
