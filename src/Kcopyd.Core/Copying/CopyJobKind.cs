namespace Kcopyd.Core.Copying;

/// <summary>What a job does.</summary>
public enum CopyJobKind
{
    /// <summary>Copies a source to its targets.</summary>
    Copy,

    /// <summary>Writes zeros to its targets; there is no source.</summary>
    Zero,

    /// <summary>Compares its targets with a source, or with zeros.</summary>
    Verify,
}
