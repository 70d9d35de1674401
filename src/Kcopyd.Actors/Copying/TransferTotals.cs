using System.Collections.Immutable;
using Kcopyd.Core.Copying;

namespace Kcopyd.Actors.Copying;

/// <summary>What a job has read, written, flushed and journaled so far, in bytes. Only grows. Belongs to its job
/// actor.</summary>
internal sealed class TransferTotals(int targetCount)
{
    private readonly long[] _kept = new long[targetCount];
    private readonly long[] _written = new long[targetCount];
    private readonly long[] _flushing = new long[targetCount];
    private readonly long[] _flushed = new long[targetCount];
    private readonly long[] _appending = new long[targetCount];
    private readonly long[] _journaled = new long[targetCount];

    public long Read { get; private set; }

    public void AddRead(long bytes) => Read += bytes;

    public void AddWritten(int target, long bytes) => _written[target] += bytes;

    /// <summary>Earlier runs left so much on each target.</summary>
    public void Keep(ImmutableArray<long> bytes) => bytes.CopyTo(_kept);

    /// <summary>A flush begins to cover what these targets were written until now.</summary>
    public void BeginFlush(TargetMask targets)
    {
        foreach (var target in targets.Indexes())
        {
            _flushing[target] = _written[target];
        }
    }

    /// <summary>The flush is over; on the targets where it failed nothing more is known to be durable.</summary>
    public void EndFlush(TargetMask failed)
    {
        for (var target = 0; target < _flushed.Length; target++)
        {
            _flushed[target] = failed.Contains(target) ? _flushed[target] : _flushing[target];
            _flushing[target] = _flushed[target];
        }
    }

    /// <summary>An append begins to claim what is flushed.</summary>
    public void BeginAppend() => _flushed.CopyTo(_appending.AsSpan());

    /// <summary>The append is durable.</summary>
    public void EndAppend() => _appending.CopyTo(_journaled.AsSpan());

    /// <summary>What the target has of earlier runs.</summary>
    public long Kept(int target) => _kept[target];

    /// <summary>By this run.</summary>
    public long Written(int target) => _written[target];

    /// <summary>By this run.</summary>
    public long Flushed(int target) => _flushed[target];

    /// <summary>By this run.</summary>
    public long Journaled(int target) => _journaled[target];

    public ImmutableArray<T> Map<T>(Func<int, T> target) => [.. Enumerable.Range(0, _written.Length).Select(target)];
}
