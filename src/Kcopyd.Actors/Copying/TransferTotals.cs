using System.Collections.Immutable;
using Kcopyd.Core.Copying;

namespace Kcopyd.Actors.Copying;

/// <summary>What a job has read, written and flushed so far, in bytes. Only grows. Belongs to its job actor.</summary>
internal sealed class TransferTotals(int targetCount)
{
    private readonly long[] _written = new long[targetCount];
    private readonly long[] _flushed = new long[targetCount];

    public long Read { get; private set; }

    public void AddRead(long bytes) => Read += bytes;

    public void AddWritten(int target, long bytes) => _written[target] += bytes;

    /// <summary>Everything written so far to these targets is durable.</summary>
    public void SetFlushed(TargetMask targets)
    {
        foreach (var target in targets.Indexes())
        {
            _flushed[target] = _written[target];
        }
    }

    public long Written(int target) => _written[target];

    public long Flushed(int target) => _flushed[target];

    public ImmutableArray<T> Map<T>(Func<int, T> target) => [.. Enumerable.Range(0, _written.Length).Select(target)];
}
