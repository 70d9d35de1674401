using Kcopyd.Devices;

namespace Kcopyd.Actors.TestKit.Crashes;

/// <summary>A volatile write cache over stable storage. Not safe for concurrent calls.</summary>
/// <remarks>
/// <para>Two images: what reads see, and what is durable. Between them stand the unflushed writes in the order in which
/// reads saw them; of each sector the durable version or any of theirs may be what a cut leaves.</para>
/// <para>After a failed flush a lost write is seen, is not durable, and stands in no list: only its range is known,
/// because the cache forgets it when asked to read the medium again.</para>
/// </remarks>
internal sealed class WriteCache
{
    private readonly SparseImage _seen = new();
    private readonly SparseImage _stable = new();
    private readonly List<CachedWrite> _writes = [];
    private readonly List<(long Start, long End)> _lost = [];
    private long _now;
    private bool _isWritten;

    public int Unflushed => _writes.Count;

    /// <summary>Now, as the durability rule counts: completions and beginnings of flushes.</summary>
    public long Tick() => ++_now;

    public void Read(long offset, Span<byte> buffer) => _seen.Read(offset, buffer);

    public void ReadStable(long offset, Span<byte> buffer) => _stable.Read(offset, buffer);

    public List<BlockExtent> Extents(long offset, long length) => _seen.Extents(offset, length);

    /// <summary>A write that reads see from now on.</summary>
    public CachedWrite Add(CachedWrite write)
    {
        _isWritten = true;
        write.ApplyTo(_seen);
        _writes.Add(write);
        return write;
    }

    /// <summary>Makes durable what had completed before a moment, and nothing else.</summary>
    public void Flush(long begun) => Take(write => write.CompletedAt < begun, write => write.ApplyTo(_stable));

    /// <summary>Makes one write durable.</summary>
    public void Harden(CachedWrite write) => Take(other => other == write, other => other.ApplyTo(_stable));

    /// <summary>Flushes with errors: some sectors get there, the others are forgotten, and reads do not tell.</summary>
    public void FlushBadly(long begun, SeededRandom random)
    {
        var survival = new SectorSurvival(random, _writes.Count);
        Take(write => write.CompletedAt < begun, Lose);

        void Lose(CachedWrite write)
        {
            write.ApplyTo(_stable, ref survival);
            _lost.Add((write.Offset, write.End));
        }
    }

    /// <summary>Reads see the medium where a flush lost writes; what is dirty stays.</summary>
    public void Forget(long offset, long length)
    {
        foreach (var (start, end) in _lost)
        {
            var (from, to) = (Math.Max(start, offset), Math.Min(end, offset + length));
            if (from < to)
            {
                _seen.CopyFrom(_stable, from, to - from);
            }
        }

        foreach (var write in _writes)
        {
            write.ApplyTo(_seen);
        }
    }

    /// <summary>Keeps what is durable and some of the rest.</summary>
    public void Cut(SeededRandom random)
    {
        var survival = new SectorSurvival(random, _writes.Count);
        foreach (var write in _writes)
        {
            write.ApplyTo(_stable, ref survival);
        }

        ForgetAll();
    }

    /// <summary>Makes all of it, durably, what another image is.</summary>
    public void Reset(SparseImage content, long length)
    {
        if (_isWritten)
        {
            ForgetAll();
            _stable.CopyFrom(content, 0, length);
            _seen.CopyFrom(content, 0, length);
            _isWritten = false;
        }
    }

    /// <summary>The next reset copies.</summary>
    public void Invalidate() => _isWritten = true;

    private void ForgetAll()
    {
        foreach (var write in _writes)
        {
            _seen.CopyFrom(_stable, write.Offset, write.Length);
            write.Free();
        }

        foreach (var (start, end) in _lost)
        {
            _seen.CopyFrom(_stable, start, end - start);
        }

        _writes.Clear();
        _lost.Clear();
    }

    /// <summary>Takes writes out of the list, oldest first. What stays and is older than one taken is no longer a
    /// version of the sectors of that one.</summary>
    private void Take(Predicate<CachedWrite> which, Action<CachedWrite> apply)
    {
        var kept = 0;
        for (var index = 0; index < _writes.Count; index++)
        {
            var write = _writes[index];
            if (!which(write))
            {
                _writes[kept++] = write;
                continue;
            }

            apply(write);
            foreach (var older in _writes[..kept].Where(older => older.Overlaps(write.Offset, write.End)))
            {
                older.Cover(write.Offset, write.End);
            }

            write.Free();
        }

        _writes.RemoveRange(kept, _writes.Count - kept);
    }
}
