namespace Kcopyd.Core.Copying;

/// <summary>What a segment asks for.</summary>
public enum SegmentKind
{
    /// <summary>Read the source, write the targets.</summary>
    Data,

    /// <summary>Write zeros; nothing is read and no page is needed.</summary>
    Zero,

    /// <summary>Read source and targets, and compare.</summary>
    Compare,
}
