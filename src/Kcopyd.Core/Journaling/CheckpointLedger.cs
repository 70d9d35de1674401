using System.Collections.Immutable;
using Kcopyd.Core.Copying;

namespace Kcopyd.Core.Journaling;

/// <summary>Which sectors of a job are written, flushed and journaled on which target. Pure; not safe for concurrent
/// use.</summary>
/// <remarks>
/// <para>
/// A sector passes through the sets in one direction: written, being flushed, to be claimed, claimed by an append,
/// journaled. A claim holds only sectors whose flush began after their write was over and succeeded.
/// </para>
/// <para>A target whose flush failed is given up: what it had of unflushed writes may be gone, and so may what a later
/// flush calls durable.</para>
/// </remarks>
public sealed class CheckpointLedger
{
    private readonly TargetLedger[] _targets;
    private bool _isFlushing;
    private bool _isAppending;

    /// <summary>A ledger of a job that begins.</summary>
    /// <param name="targetCount">1 to 64.</param>
    public CheckpointLedger(int targetCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(targetCount, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(targetCount, CopyOptions.MaxTargets);
        _targets = [.. Enumerable.Range(0, targetCount).Select(_ => new TargetLedger())];
    }

    /// <summary>Whether a flush is under way.</summary>
    public bool IsFlushing => _isFlushing;

    /// <summary>Whether an append is under way.</summary>
    public bool IsAppending => _isAppending;

    /// <summary>Whether anything was written that no flush has begun for.</summary>
    public bool HasWritten => Array.Exists(_targets, static target => !target.Written.IsEmpty);

    /// <summary>Whether anything is flushed that no append was begun for.</summary>
    public bool HasClaim => Array.Exists(_targets, static target => !target.Claimable.IsEmpty);

    /// <summary>The most bytes that any target may have to write back: written and not known to be flushed.</summary>
    /// <remarks>Asked after every message of a job.</remarks>
    public long MostUnflushedBytes
    {
        get
        {
            var most = 0L;
            foreach (var target in _targets)
            {
                most = Math.Max(most, target.DirtyBytes + target.FlushingBytes);
            }

            return most;
        }
    }

    /// <summary>A segment was written.</summary>
    /// <param name="target">The target.</param>
    /// <param name="range">Counted from the job's first sector.</param>
    /// <param name="dirtyBytes">What of it the system may hold in memory until the flush; none for zeros that the
    /// device made by its own command.</param>
    public void AddWritten(int target, SectorRange range, long dirtyBytes)
    {
        var ledger = _targets[target];
        if (!ledger.IsLost)
        {
            ledger.Written.Add(range);
            ledger.DirtyBytes += dirtyBytes;
        }
    }

    /// <summary>These targets count no more: what they have and no checkpoint claims never will be.</summary>
    public void GiveUp(TargetMask targets)
    {
        for (var i = 0; i < _targets.Length && !targets.IsEmpty; i++)
        {
            if (targets.Contains(i))
            {
                _targets[i].GiveUp();
            }
        }
    }

    /// <summary>Begins a checkpoint: what was written until now is what its flush covers.</summary>
    /// <returns>The targets to flush; none if nothing was written.</returns>
    public TargetMask BeginFlush()
    {
        Invariant.Holds(!_isFlushing);
        var mask = TargetMask.None;
        for (var i = 0; i < _targets.Length; i++)
        {
            mask = _targets[i].BeginFlush() ? mask.With(i) : mask;
        }

        _isFlushing = !mask.IsEmpty;
        return mask;
    }

    /// <summary>The flush is over.</summary>
    /// <param name="failed">The targets where it failed.</param>
    public void EndFlush(TargetMask failed)
    {
        Invariant.Holds(_isFlushing);
        _isFlushing = false;
        for (var i = 0; i < _targets.Length; i++)
        {
            _targets[i].EndFlush(failed.Contains(i));
        }
    }

    /// <summary>Begins an append that claims everything flushed so far.</summary>
    /// <returns>By target; a target without anything new is left out.</returns>
    public ImmutableArray<TargetClaim> BeginAppend()
    {
        Invariant.Holds(!_isAppending);
        _isAppending = true;
        var claims = ImmutableArray.CreateBuilder<TargetClaim>();
        for (var i = 0; i < _targets.Length; i++)
        {
            if (_targets[i].BeginAppend() is { IsEmpty: false } ranges)
            {
                claims.Add(new TargetClaim(i, ranges));
            }
        }

        return claims.ToImmutable();
    }

    /// <summary>The append is durable. While it is not, the same claim is appended again.</summary>
    public void EndAppend()
    {
        Invariant.Holds(_isAppending);
        _isAppending = false;
    }
}
