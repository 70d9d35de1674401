namespace Kcopyd.Core.Mirrors;

/// <summary>The features that a mirror's table may ask for.</summary>
[Flags]
public enum MirrorFeatures
{
    /// <summary>None: a write succeeds while any leg takes it.</summary>
    None = 0,

    /// <summary><c>handle_errors</c>: a failed leg is an event, and the writes that it missed are held.</summary>
    HandleErrors = 1,

    /// <summary><c>keep_log</c>: writes go on with the legs that are left, their regions stay dirty. Needs
    /// <see cref="HandleErrors"/>.</summary>
    KeepLog = 2,
}
