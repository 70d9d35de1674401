namespace Kcopyd.Core.Snapshots;

/// <summary>The COW store as a snapshot's table names it.</summary>
public sealed record SnapshotStoreSpec
{
    /// <summary>A checked store.</summary>
    /// <param name="device">The COW device: a path or a URI without white space.</param>
    /// <param name="kind">What is kept there.</param>
    /// <param name="chunkSectors">As of <see cref="CowLayout.IsChunkSize"/>; 0 takes a persistent store's own.</param>
    /// <param name="features">What is asked for; the passdown never alone.</param>
    /// <exception cref="ArgumentException">These describe no store.</exception>
    public SnapshotStoreSpec(
        string device, SnapshotStoreKind kind, int chunkSectors, SnapshotFeatures features = SnapshotFeatures.None)
    {
        TableLine.CheckWord(device, nameof(device));
        if (!Enum.IsDefined(kind))
        {
            throw new ArgumentOutOfRangeException(nameof(kind), kind, "No kind of store.");
        }

        if (!CowLayout.IsChunkSize(chunkSectors) && (chunkSectors != 0 || kind == SnapshotStoreKind.Transient))
        {
            throw new ArgumentOutOfRangeException(
                nameof(chunkSectors),
                chunkSectors,
                $"A power of two, less than {CowLayout.ChunkSectorsLimit} sectors, or 0 for a persistent store.");
        }

        if (features is not (SnapshotFeatures.None or SnapshotFeatures.DiscardZeroesCow
            or (SnapshotFeatures.DiscardZeroesCow | SnapshotFeatures.DiscardPassdownOrigin)))
        {
            throw new ArgumentException(
                "None, discard_zeroes_cow, or discard_passdown_origin with discard_zeroes_cow.", nameof(features));
        }

        Device = device;
        Kind = kind;
        ChunkSectors = chunkSectors;
        Features = features;
    }

    /// <summary>The COW device as it was written.</summary>
    public string Device { get; }

    /// <summary>What is kept there.</summary>
    public SnapshotStoreKind Kind { get; }

    /// <summary>Sectors in a chunk; 0 is what the head of the store says.</summary>
    public int ChunkSectors { get; }

    /// <summary>What is asked for.</summary>
    public SnapshotFeatures Features { get; }

    /// <summary>As in a table: <c>DEVICE P|PO|N CHUNK [#FEATURES FEATURES…]</c>.</summary>
    public override string ToString()
    {
        List<string> words = [Device, SnapshotTableWords.Of(Kind), $"{ChunkSectors}"];
        if (Features != SnapshotFeatures.None)
        {
            words.Add(Features.HasFlag(SnapshotFeatures.DiscardPassdownOrigin) ? "2" : "1");
            words.Add(SnapshotTableWords.DiscardZeroesCow);
        }

        if (Features.HasFlag(SnapshotFeatures.DiscardPassdownOrigin))
        {
            words.Add(SnapshotTableWords.DiscardPassdownOrigin);
        }

        return string.Join(' ', words);
    }
}
