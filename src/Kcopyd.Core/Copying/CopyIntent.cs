namespace Kcopyd.Core.Copying;

/// <summary>What a job does once nothing of it is in flight any more.</summary>
public enum CopyIntent
{
    /// <summary>It goes on.</summary>
    Proceed,

    /// <summary>It rests until it is resumed.</summary>
    Pause,

    /// <summary>It ends, because it was told to.</summary>
    Cancel,

    /// <summary>It ends, because of an error.</summary>
    Fail,
}
