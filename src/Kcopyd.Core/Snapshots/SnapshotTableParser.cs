namespace Kcopyd.Core.Snapshots;

/// <summary>Reads one table line, word by word, and refuses with dm-snapshot's words.</summary>
internal sealed class SnapshotTableParser(string line)
{
    private const string TooFewWords = "requires 4 or more arguments";
    private const string SameDevice = "COW device cannot be the same as origin device";
    private const string BadType = "Exception store type is not P or N";
    private const string BadChunk = "Invalid chunk size";
    private const string NoPowerOfTwo = "Chunk size is not a power of 2";
    private const string ChunkTooHigh = "Chunk size is too high";
    private const string NoChunk = "Chunk size not set";
    private const string NoMerge = "Snapshot exception store does not support snapshot-merge.";
    private const string UnknownFeature = "Unrecognised feature requested";
    private const string PassdownAlone = "discard_passdown_origin feature depends on discard_zeroes_cow";
    private const int MaxFeatures = 2;

    private readonly TableLine _line =
        new(line, (reason, word, kernel) => new SnapshotTableException(reason, word, kernel));

    public SnapshotTable Parse()
    {
        var (start, length) = Position();
        var target = Target();
        if (target == SnapshotTarget.Origin)
        {
            _line.Need(1, null, "the origin's device must follow");
            var device = _line.Take();
            CheckEnd();
            return SnapshotTable.OfOrigin(start, length, device);
        }

        _line.Need(4, TooFewWords, "an origin, a COW device, a store type and a chunk size must follow");
        var origin = _line.Take();
        var cow = Cow(origin);
        var kind = Kind(target);
        var chunkSectors = ChunkSectors(kind);
        var store = new SnapshotStoreSpec(cow, kind, chunkSectors, Features());
        CheckEnd();
        return target == SnapshotTarget.Snapshot
            ? SnapshotTable.OfSnapshot(start, length, origin, store)
            : SnapshotTable.OfMerge(start, length, origin, store);
    }

    private (long Start, long Length) Position()
    {
        _line.Need(3, null, "a line begins with a start, a length and a target");
        var start = _line.Number(null, "the start", SectorRange.Limit);
        var at = _line.Next;
        var length = _line.Number(null, "the length", SectorRange.Limit - start);
        return length > 0 ? (start, length) : throw _line.Refused(at, null, "but the length is at least 1");
    }

    private SnapshotTarget Target()
    {
        SnapshotTarget target = _line.Word switch
        {
            SnapshotTableWords.Origin => SnapshotTarget.Origin,
            SnapshotTableWords.Snapshot => SnapshotTarget.Snapshot,
            SnapshotTableWords.Merge => SnapshotTarget.Merge,
            _ => throw _line.Refused(
                null,
                $"but the targets are {SnapshotTableWords.Origin}, {SnapshotTableWords.Snapshot} "
                    + $"and {SnapshotTableWords.Merge}"),
        };
        _ = _line.Take();
        return target;
    }

    private string Cow(string origin) =>
        _line.Word != origin ? _line.Take() : throw _line.Refused(SameDevice, "which is the origin too");

    /// <summary>One letter in either case, and behind P an O for overflow; what follows those has no meaning.</summary>
    private SnapshotStoreKind Kind(SnapshotTarget target)
    {
        var kind = _line.Word.ToUpperInvariant() switch
        {
            "P" => SnapshotStoreKind.Persistent,
            ['P', 'O', ..] => SnapshotStoreKind.PersistentOverflow,
            ['N', ..] => SnapshotStoreKind.Transient,
            _ => throw _line.Refused(BadType, "but the store types are P, PO and N"),
        };
        if (kind == SnapshotStoreKind.Transient && target == SnapshotTarget.Merge)
        {
            throw _line.Refused(NoMerge, "but only a persistent store, P or PO, can be merged");
        }

        _ = _line.Take();
        return kind;
    }

    private int ChunkSectors(SnapshotStoreKind kind)
    {
        var at = _line.Next;
        var sectors = _line.Number(BadChunk, "the chunk size", uint.MaxValue);
        return sectors switch
        {
            0 when kind == SnapshotStoreKind.Transient =>
                throw _line.Refused(at, NoChunk, "but only a persistent store has a chunk size of its own"),
            0 => 0,
            _ when !long.IsPow2(sectors) => throw _line.Refused(at, NoPowerOfTwo, "but the chunk size must be one"),
            _ when !CowLayout.IsChunkSize(sectors) => throw _line.Refused(
                at, ChunkTooHigh, $"but a chunk has fewer than {CowLayout.ChunkSectorsLimit} sectors"),
            _ => (int)sectors,
        };
    }

    private SnapshotFeatures Features()
    {
        if (_line.Left == 0)
        {
            return SnapshotFeatures.None;
        }

        var count = _line.Number(null, "the number of features", MaxFeatures);
        _line.Need(count, null, $"word {_line.Next} announces {count} more");
        var (first, end) = (_line.Next, _line.Next + (int)count);
        var features = SnapshotFeatures.None;
        while (_line.Next < end)
        {
            features |= Feature();
        }

        return features != SnapshotFeatures.DiscardPassdownOrigin
            ? features
            : throw _line.Refused(
                first, PassdownAlone, $"but '{SnapshotTableWords.DiscardZeroesCow}' is not among the features");
    }

    private SnapshotFeatures Feature()
    {
        var isZeroes = Is(SnapshotTableWords.DiscardZeroesCow);
        if (!isZeroes && !Is(SnapshotTableWords.DiscardPassdownOrigin))
        {
            throw _line.Refused(
                UnknownFeature,
                $"but the features are {SnapshotTableWords.DiscardZeroesCow} "
                    + $"and {SnapshotTableWords.DiscardPassdownOrigin}");
        }

        _ = _line.Take();
        return isZeroes ? SnapshotFeatures.DiscardZeroesCow : SnapshotFeatures.DiscardPassdownOrigin;
    }

    private bool Is(string word) => _line.Word.Equals(word, StringComparison.OrdinalIgnoreCase);

    private void CheckEnd()
    {
        if (_line.Left > 0)
        {
            throw _line.Refused(null, "but the table is complete before it");
        }
    }
}
