using static Kcopyd.Core.Snapshots.SnapshotTableErrors;

namespace Kcopyd.Core.Snapshots;

/// <summary>Reads one table line, word by word, and refuses in dm-snapshot's order and with its words.</summary>
/// <remarks>Words behind a complete snapshot, which dm-snapshot overlooks, are refused as well.</remarks>
internal sealed class SnapshotTableParser(string line)
{
    private const int StoreWords = 4;
    private const int MaxFeatures = 2;

    private readonly TableLine _line =
        new(line, (reason, word, error) => new SnapshotTableException(reason, word, error));

    public SnapshotTable Parse()
    {
        var (start, length) = Position();
        var target = Target();
        if (target == SnapshotTarget.Origin)
        {
            _line.Need(1, NotOneWord, "the origin must follow");
            var device = _line.Take();
            CheckEnd(NotOneWord);
            return SnapshotTable.OfOrigin(start, length, device);
        }

        _line.Need(StoreWords, TooFewWords, "an origin, a COW device, a store type and a chunk size must follow");
        var store = _line.Next;
        _line.Next += StoreWords;
        var features = Features();
        CheckEnd(null);

        _line.Next = store;
        var origin = _line.Take();
        var cow = Cow(origin);
        var kind = Kind(target);
        var spec = new SnapshotStoreSpec(cow, kind, ChunkSectors(kind), features);
        return target == SnapshotTarget.Snapshot
            ? SnapshotTable.OfSnapshot(start, length, origin, spec)
            : SnapshotTable.OfMerge(start, length, origin, spec);
    }

    private static bool Is(string word, string feature) => word.Equals(feature, StringComparison.OrdinalIgnoreCase);

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
        var target = _line.Word switch
        {
            SnapshotTableWords.Origin => SnapshotTarget.Origin,
            SnapshotTableWords.Snapshot => SnapshotTarget.Snapshot,
            SnapshotTableWords.Merge => SnapshotTarget.Merge,
            _ => throw _line.Refused(
                null,
                $"but the targets are {SnapshotTableWords.Origin}, {SnapshotTableWords.Snapshot} "
                    + $"and {SnapshotTableWords.Merge}"),
        };
        _line.Next++;
        return target;
    }

    private SnapshotFeatures Features()
    {
        if (_line.Left == 0)
        {
            return SnapshotFeatures.None;
        }

        var count = _line.Number(BadFeatureCount, "the number of features", MaxFeatures);
        _line.Need(count, BadFeatureCount, $"word {_line.Next} announces {count} more");
        var (first, end) = (_line.Next, _line.Next + (int)count);
        var features = SnapshotFeatures.None;
        while (_line.Next < end)
        {
            features |= _line.Word switch
            {
                var word when Is(word, SnapshotTableWords.DiscardZeroesCow) => SnapshotFeatures.DiscardZeroesCow,
                var word when Is(word, SnapshotTableWords.DiscardPassdownOrigin) =>
                    SnapshotFeatures.DiscardPassdownOrigin,
                _ => throw _line.Refused(
                    UnknownFeature,
                    $"but the features are {SnapshotTableWords.DiscardZeroesCow} "
                        + $"and {SnapshotTableWords.DiscardPassdownOrigin}"),
            };
            _line.Next++;
        }

        return features != SnapshotFeatures.DiscardPassdownOrigin
            ? features
            : throw _line.Refused(
                first, PassdownAlone, $"but {SnapshotTableWords.DiscardZeroesCow} is not among the features");
    }

    private string Cow(string origin) =>
        _line.Word != origin ? _line.Take() : throw _line.Refused(SameDevice, "but that is the origin");

    /// <summary>A letter, and behind P an O if anything; what else follows has no meaning.</summary>
    private SnapshotStoreKind Kind(SnapshotTarget target)
    {
        var kind = _line.Word.ToUpperInvariant() switch
        {
            "P" => SnapshotStoreKind.Persistent,
            ['P', 'O', ..] => SnapshotStoreKind.PersistentOverflow,
            ['N', ..] => SnapshotStoreKind.Transient,
            _ => throw _line.Refused(BadType, "but the store types are P, PO and N"),
        };
        if (target == SnapshotTarget.Merge && kind == SnapshotStoreKind.Transient)
        {
            throw _line.Refused(NoMerge, "but only a store of type P or PO can be merged");
        }

        _line.Next++;
        return kind;
    }

    private int ChunkSectors(SnapshotStoreKind kind)
    {
        var at = _line.Next;
        var sectors = _line.Number(BadChunk, "the chunk size", uint.MaxValue);
        return sectors switch
        {
            0 when kind == SnapshotStoreKind.Transient => throw _line.Refused(
                at, NoChunk, "but only a store of type P or PO can say its chunk size itself"),
            0 => 0,
            _ when !long.IsPow2(sectors) => throw _line.Refused(at, NoPowerOfTwo, "but the chunk size must be one"),
            _ when !CowLayout.IsChunkSize(sectors) => throw _line.Refused(
                at, ChunkTooHigh, $"but a chunk has fewer than {CowLayout.ChunkSectorsLimit} sectors"),
            _ => (int)sectors,
        };
    }

    private void CheckEnd(string? error)
    {
        if (_line.Left > 0)
        {
            throw _line.Refused(error, "but the table is complete before it");
        }
    }
}
