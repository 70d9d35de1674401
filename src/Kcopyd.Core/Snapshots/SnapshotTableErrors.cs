namespace Kcopyd.Core.Snapshots;

/// <summary>The errors with which dm-snapshot refuses a table.</summary>
internal static class SnapshotTableErrors
{
    public const string NotOneWord = "origin: incorrect number of arguments";
    public const string TooFewWords = "requires 4 or more arguments";
    public const string BadFeatureCount = "Invalid number of feature arguments";
    public const string UnknownFeature = "Unrecognised feature requested";
    public const string PassdownAlone = "discard_passdown_origin feature depends on discard_zeroes_cow";
    public const string SameDevice = "COW device cannot be the same as origin device";
    public const string BadType = "Exception store type is not P or N";
    public const string BadChunk = "Invalid chunk size";
    public const string NoPowerOfTwo = "Chunk size is not a power of 2";
    public const string NotOfBlocks = "Chunk size is not a multiple of device blocksize";
    public const string ChunkTooHigh = "Chunk size is too high";
    public const string NoMerge = "Snapshot exception store does not support snapshot-merge.";
    public const string NoChunk = "Chunk size not set";

    private const string NoStore = "Couldn't create exception store";

    /// <summary>What the kernel's log says of an error: those of a store never get further than its maker.</summary>
    public static string? Reported(string? error) =>
        error is BadType or BadChunk or NoPowerOfTwo or NotOfBlocks or ChunkTooHigh ? NoStore : error;
}
