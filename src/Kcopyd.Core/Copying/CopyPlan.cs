using System.Collections.Immutable;

namespace Kcopyd.Core.Copying;

/// <summary>
/// Cuts a job into segments, ascending, on demand: what is left of a plan does not grow with the job. Immutable.
/// </summary>
/// <remarks>
/// As in the kernel (kernel-facts 1.5) a segment begins at a multiple of the segment size from the start of its run;
/// the last one is the remainder. A plan that follows block status cuts at the edges of holes too, so that a hole is
/// one zero segment of at most <see cref="MaxZeroSectors"/>.
/// </remarks>
public sealed record CopyPlan
{
    /// <summary>
    /// The longest zero segment of a hole: 64 MiB. A hole of 10 TiB is 160,000 segments, a pause waits for few.
    /// </summary>
    public const long MaxZeroSectors = 64L * 1024 * 1024 / Sectors.Size;

    /// <summary>
    /// How far ahead block status is asked for: 1 GiB, so that asking costs little and what is known stays small.
    /// </summary>
    public const long StatusWindowSectors = 1024L * 1024 * 1024 / Sectors.Size;

    private readonly ImmutableArray<PlanRun> _runs;
    private readonly ImmutableQueue<StatusRun> _status = [];
    private readonly long _segmentSectors;
    private readonly SegmentKind _kind;
    private readonly int _run;
    private readonly long _cursor;
    private readonly long _index;

    /// <summary>A plan over runs.</summary>
    /// <param name="runs">Ascending, not overlapping.</param>
    /// <param name="segmentSectors">The longest segment.</param>
    /// <param name="kind">What each segment asks for.</param>
    public CopyPlan(ImmutableArray<PlanRun> runs, long segmentSectors, SegmentKind kind)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(segmentSectors);
        _runs = runs.RemoveAll(run => run.Range.IsEmpty || run.Targets.IsEmpty);
        _segmentSectors = segmentSectors;
        _kind = kind;
        _cursor = _runs.IsEmpty ? 0 : _runs[0].Range.Start;
        TotalSectors = _runs.Sum(run => run.Range.Count);
    }

    /// <summary>The sectors of the whole plan, done or not.</summary>
    public long TotalSectors { get; }

    /// <summary>Whether holes are looked for: then <see cref="Next"/> may ask for block status first.</summary>
    public bool FollowsStatus { get; init; }

    /// <summary>What comes next for the targets that are still wanted.</summary>
    /// <param name="dropped">Targets that get nothing any more; a segment that only they need is left out.</param>
    public PlanStep Next(TargetMask dropped)
    {
        var run = _run;
        var cursor = _cursor;
        while (run < _runs.Length && (cursor >= _runs[run].Range.End || _runs[run].Targets.Except(dropped).IsEmpty))
        {
            run++;
            cursor = run < _runs.Length ? _runs[run].Range.Start : cursor;
        }

        if (run == _runs.Length)
        {
            return PlanStep.Done.Instance;
        }

        return FollowsStatus ? NextByStatus(run, cursor, dropped) : NextSegment(run, cursor, dropped, _kind);
    }

    /// <summary>The plan with the block status of a range that it asked for.</summary>
    /// <param name="status">From the start of that range on, without gaps; may end early, but not be empty.</param>
    public CopyPlan WithStatus(IEnumerable<StatusRun> status)
    {
        ArgumentNullException.ThrowIfNull(status);
        var known = _status;
        long? end = null;
        foreach (var run in status.Where(run => !run.Range.IsEmpty))
        {
            Invariant.Holds(end is null || run.Range.Start == end);
            end = run.Range.End;
            known = known.Enqueue(run);
        }

        // An empty answer would be asked for again, for ever.
        Invariant.Holds(end is not null);
        return With(_run, _cursor, _index, known);
    }

    private PlanStep NextByStatus(int run, long cursor, TargetMask dropped)
    {
        var status = _status;
        while (!status.IsEmpty && status.Peek().Range.End <= cursor)
        {
            status = status.Dequeue();
        }

        if (status.IsEmpty || status.Peek().Range.Start > cursor)
        {
            var end = Math.Min(_runs[run].Range.End, cursor + StatusWindowSectors);
            return new PlanStep.NeedsStatus(SectorRange.Between(cursor, end));
        }

        var known = status.Peek();
        var plan = With(run, cursor, _index, status);
        return plan.NextSegment(run, cursor, dropped, known.IsZero ? SegmentKind.Zero : _kind, known.Range.End);
    }

    private PlanStep.Next NextSegment(
        int run, long cursor, TargetMask dropped, SegmentKind kind, long limit = long.MaxValue)
    {
        var current = _runs[run];
        var isHole = kind == SegmentKind.Zero && FollowsStatus;
        var end = Math.Min(current.Range.End, limit);
        var count = Math.Min(end - cursor, isHole ? MaxZeroSectors : _segmentSectors);
        var segment = new Segment(
            _index, SectorRange.Create(cursor, count), current.Targets.Except(dropped), kind);
        return new PlanStep.Next(segment, With(run, cursor + count, _index + 1, _status));
    }

    private CopyPlan With(int run, long cursor, long index, ImmutableQueue<StatusRun> status) =>
        new(this, run, cursor, index, status);

    private CopyPlan(CopyPlan other, int run, long cursor, long index, ImmutableQueue<StatusRun> status)
        : this(other)
    {
        _run = run;
        _cursor = cursor;
        _index = index;
        _status = status;
    }
}
