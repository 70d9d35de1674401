namespace Kcopyd.Actors.Copying;

/// <summary>What a writer writes.</summary>
internal enum SegmentContent
{
    /// <summary>The pages of the lease.</summary>
    Pages,

    /// <summary>Zeros, by the device's command if it takes it, else written.</summary>
    ZeroesByCommand,

    /// <summary>Zeros, written.</summary>
    ZeroesWritten,
}
