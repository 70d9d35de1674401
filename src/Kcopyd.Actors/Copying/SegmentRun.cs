using System.Collections.Immutable;
using Kcopyd.Core.Copying;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Copying;

/// <summary>A segment in work: what is outstanding for it and what has gone wrong so far. Belongs to its job
/// actor.</summary>
internal sealed class SegmentRun(Segment segment)
{
    private readonly ImmutableArray<CopyFailure>.Builder _targetFailures = ImmutableArray.CreateBuilder<CopyFailure>();

    private List<(int Target, long Bytes)>? _written;

    public Segment Segment { get; } = segment;

    /// <summary>What was written, by target. It counts when the segment is over: an attempt that was lost is made
    /// again.</summary>
    public IReadOnlyList<(int Target, long Bytes)> Written => _written ?? [];

    /// <summary>Its pages; null until it was let in.</summary>
    public PageLease? Lease { get; set; }

    /// <summary>What its reader found; null before that, and for segments that read nothing.</summary>
    public ReadResult? Read { get; set; }

    /// <summary>Whether not everything could be read.</summary>
    public bool HasReadErrors => Read is { Failure: not null } or { Zeroed.IsEmpty: false };

    /// <summary>The targets whose writers are at work.</summary>
    public TargetMask Writing { get; set; }

    /// <summary>Whether its writes are still to be begun.</summary>
    public bool AwaitsWrite { get; set; }

    /// <summary>Whether it is still to go into the digest.</summary>
    public bool AwaitsDigest { get; set; }

    /// <summary>Whether the digest is at work on it.</summary>
    public bool IsHashing { get; set; }

    /// <summary>Whether its targets got zeros by command: then nothing of it waits in memory.</summary>
    public bool IsZeroedByCommand { get; set; }

    /// <summary>Whether an actor that worked on it died: it settles as lost.</summary>
    public bool IsLost { get; set; }

    /// <summary>Whether nothing is outstanding.</summary>
    public bool IsOver => Writing.IsEmpty && !IsHashing && (IsLost || (!AwaitsWrite && !AwaitsDigest));

    /// <summary>Whether something is in flight, as opposed to waiting for its turn.</summary>
    public bool IsInFlight => !Writing.IsEmpty || IsHashing;

    public void AddWritten(int target, long bytes) => (_written ??= []).Add((target, bytes));

    public void AddFailure(CopyFailure failure) => _targetFailures.Add(failure);

    public SegmentResult ToResult() => Read is null && _targetFailures.Count == 0
        ? SegmentResult.Clean
        : new SegmentResult
        {
            ReadFailure = Read?.Failure,
            Zeroed = Read?.Zeroed ?? [],
            TargetFailures = _targetFailures.ToImmutable(),
        };
}
