using System.Collections.Immutable;

namespace Kcopyd.Core.Journaling;

/// <summary>One target of a <see cref="CheckpointLedger"/>.</summary>
internal sealed class TargetLedger
{
    private ExtentSet _flushing = new();

    /// <summary>Written; no flush has begun since.</summary>
    public ExtentSet Written { get; private set; } = new();

    /// <summary>Flushed; no append has begun since.</summary>
    public ExtentSet Claimable { get; private set; } = new();

    /// <summary>Bytes of <see cref="Written"/> that may be in memory only.</summary>
    public long DirtyBytes { get; set; }

    /// <summary>Bytes that the flush under way is to write back.</summary>
    public long FlushingBytes { get; private set; }

    /// <summary>Whether a flush failed: nothing of it is claimed any more.</summary>
    public bool IsLost { get; private set; }

    /// <summary>What was written becomes what is being flushed.</summary>
    /// <returns>Whether there is anything to flush.</returns>
    public bool BeginFlush()
    {
        (_flushing, Written) = (Written, new ExtentSet());
        (FlushingBytes, DirtyBytes) = (DirtyBytes, 0);
        return !_flushing.IsEmpty;
    }

    /// <summary>What was being flushed may be claimed, or, with what was written meanwhile, never.</summary>
    public void EndFlush(bool isFailed)
    {
        if (isFailed)
        {
            GiveUp();
        }

        foreach (var range in _flushing)
        {
            Claimable.Add(range);
        }

        _flushing = new ExtentSet();
        FlushingBytes = 0;
    }

    /// <summary>Nothing that is not claimed yet will be, except what was flushed before.</summary>
    public void GiveUp()
    {
        IsLost = true;
        _flushing = new ExtentSet();
        Written = new ExtentSet();
        (DirtyBytes, FlushingBytes) = (0, 0);
    }

    /// <summary>What may be claimed is being claimed.</summary>
    public ImmutableArray<SectorRange> BeginAppend()
    {
        ImmutableArray<SectorRange> ranges = [.. Claimable];
        Claimable = new ExtentSet();
        return ranges;
    }
}
