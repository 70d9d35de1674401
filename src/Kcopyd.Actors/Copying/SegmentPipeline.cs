using Kcopyd.Core.Copying;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Copying;

/// <summary>Takes the segments of one job from their pages through reading, hashing and writing to their end.</summary>
/// <remarks>
/// Belongs to its job actor and runs in its handlers. It decides nothing about the job: it tells what became of each
/// segment through <see cref="ISegmentWorkers.Raise"/>. A segment keeps its pages until nothing of it is in flight,
/// and one that was lost keeps them for the next attempt: it must not wait for pages that later segments of its job
/// hold while they wait for it.
/// </remarks>
internal sealed class SegmentPipeline
{
    private readonly Dictionary<long, SegmentRun> _runs = [];
    private readonly CopyJobSpec _spec;
    private readonly ISegmentWorkers _workers;
    private readonly SegmentSequence? _writeOrder;
    private readonly SegmentSequence? _digestOrder;
    private readonly HashSet<long> _hashedWithErrors = [];

    public SegmentPipeline(CopyJobSpec spec, ISegmentWorkers workers)
    {
        _spec = spec;
        _workers = workers;
        _writeOrder = spec.Options.WriteSequential ? new SegmentSequence() : null;
        _digestOrder = spec.Options.Digest && spec.Kind == CopyJobKind.Copy ? new SegmentSequence() : null;
    }

    /// <summary>Whether any segment holds pages, or is at work without needing any.</summary>
    public bool IsAtWork => _runs.Values.Any(run => run.Lease is not null);

    /// <summary>Whether something was hashed that was read anew afterwards, with errors the one time or the
    /// other.</summary>
    public bool IsDigestVoid { get; private set; }

    /// <summary>A segment is to be begun: asks for its pages.</summary>
    public void Start(Segment segment)
    {
        if (_runs.TryGetValue(segment.Index, out var lost) && IsOvertaking(segment.Index))
        {
            // An earlier one, given up by a pause, waits for pages: this one must not hold any before it.
            _runs.Remove(segment.Index);
            lost.Lease!.LetGo();
        }
        else if (lost is not null)
        {
            // It was lost and kept its pages, and with them what was read: a digest of that stays true.
            var again = new SegmentRun(segment) { Lease = lost.Lease, Read = lost.Read };
            _runs[segment.Index] = again;
            if (again.Read is null)
            {
                Begin(again);
            }
            else
            {
                Offer(again, isReadAnew: false);
            }

            return;
        }

        _runs.Add(segment.Index, new SegmentRun(segment));
        _workers.RequestPages(segment);
    }

    /// <summary>A segment has its pages. When the job does not want to go on it gives them back.</summary>
    public void OnAdmitted(long index, PageLease lease, bool proceeds)
    {
        if (!_runs.TryGetValue(index, out var run) || run.Lease is not null)
        {
            lease.LetGo();
            return;
        }

        run.Lease = lease;
        if (proceeds)
        {
            Begin(run);
        }
        else
        {
            GiveUp(run);
        }
    }

    /// <summary>A segment will not get pages, because the job took its request back.</summary>
    public void OnWithdrawn(long index)
    {
        if (_runs.TryGetValue(index, out var run) && run.Lease is null)
        {
            GiveUp(run);
        }
    }

    public void OnRead(long index, int attempt, ReadResult result)
    {
        if (Find(index, attempt) is not { } run)
        {
            return;
        }

        run.Read = result;
        if (!SegmentRules.IsWritten(_spec.Options, result.Failure))
        {
            End(run);
            return;
        }

        Offer(run);
    }

    public void OnWritten(long index, int attempt, int target, long bytes, CopyFailure? failure)
    {
        if (Find(index, attempt) is not { } run || !run.Writing.Contains(target))
        {
            return;
        }

        run.Writing = run.Writing.Without(target);
        if (failure is null)
        {
            run.AddWritten(target, bytes);
        }
        else
        {
            run.AddFailure(failure);
        }

        if (run.Writing.IsEmpty && !run.IsLost)
        {
            Advance(_writeOrder, index);
        }

        EndIfOver(run);
        WriteNext();
    }

    public void OnHashed(long index, int attempt)
    {
        if (Find(index, attempt) is not { } run)
        {
            return;
        }

        run.IsHashing = false;
        Advance(_digestOrder, index);
        if (run.HasReadErrors)
        {
            _hashedWithErrors.Add(index);
        }

        EndIfOver(run);
        HashNext();
    }

    public void OnCompared(long index, int attempt, SegmentResult result)
    {
        if (Find(index, attempt) is { } run)
        {
            _runs.Remove(index);
            run.Lease!.LetGo();
            _workers.Raise(new CopyJobEvent.SegmentSettled(run.Segment, result));
        }
    }

    /// <summary>An actor that worked on a segment died.</summary>
    /// <param name="index">The segment.</param>
    /// <param name="attempt">Its attempt.</param>
    /// <param name="target">The target of a writer; null for a reader or verifier.</param>
    public void OnWorkerLost(long index, int attempt, int? target)
    {
        if (Find(index, attempt) is not { } run)
        {
            return;
        }

        run.IsLost = true;
        if (target is { } writer)
        {
            run.Writing = run.Writing.Without(writer);
        }

        EndIfOver(run);
    }

    /// <summary>Nothing is begun for now: segments that only wait for their turn are given up, for that may never
    /// come.</summary>
    public void GiveUpWaiting()
    {
        foreach (var run in _runs.Values.Where(IsOnlyWaiting).ToList())
        {
            // Giving one up may lead back here, and may have begun this one anew.
            if (_runs.TryGetValue(run.Segment.Index, out var current) && current == run)
            {
                GiveUp(run);
            }
        }
    }

    private static bool IsOnlyWaiting(SegmentRun run) =>
        (run.AwaitsWrite || run.AwaitsDigest) && !run.IsInFlight && !run.IsLost;

    private bool IsOvertaking(long index) =>
        _runs.Values.Any(other => other.Segment.Index < index && other.Lease is null);

    private SegmentRun? Find(long index, int attempt) =>
        _runs.TryGetValue(index, out var run) && run.Segment.Attempt == attempt ? run : null;

    private void Begin(SegmentRun run)
    {
        switch (run.Segment.Kind)
        {
            case SegmentKind.Data:
                _workers.Read(run.Segment, run.Lease!);
                break;
            case SegmentKind.Compare:
                _workers.Compare(run.Segment, run.Lease!);
                break;
            default:
                Offer(run);
                break;
        }
    }

    private void Offer(SegmentRun run, bool isReadAnew = true)
    {
        if (!_workers.MayWrite)
        {
            GiveUp(run);
            return;
        }

        // A segment that was given up or lost may have been through one of the two already.
        var index = run.Segment.Index;
        run.AwaitsWrite = _writeOrder is null || index >= _writeOrder.Next;
        run.AwaitsDigest = _digestOrder is not null && index >= _digestOrder.Next;
        if (_digestOrder is not null && !run.AwaitsDigest && isReadAnew)
        {
            // What could not be read the one time or the other may not be what was hashed.
            IsDigestVoid |= run.HasReadErrors || _hashedWithErrors.Contains(index);
        }

        if (run.AwaitsDigest)
        {
            _digestOrder!.Offer(index);
            HashNext();
        }

        if (_writeOrder is null)
        {
            Write(run);
        }
        else if (run.AwaitsWrite)
        {
            _writeOrder.Offer(index);
            WriteNext();
        }
    }

    private void HashNext()
    {
        if (_digestOrder is not null && _digestOrder.TryTake(out var index) && _runs.TryGetValue(index, out var run))
        {
            run.AwaitsDigest = false;
            run.IsHashing = true;
            _workers.Hash(run.Segment, run.Segment.Kind == SegmentKind.Data ? run.Lease : null);
        }
    }

    private void WriteNext()
    {
        if (_writeOrder is not null
            && _workers is { HasFailed: false, MayWrite: true }
            && _writeOrder.TryTake(out var index)
            && _runs.TryGetValue(index, out var run))
        {
            Write(run);
        }
    }

    private void Write(SegmentRun run)
    {
        var targets = _workers.StillWanted(run.Segment.Targets);
        run.AwaitsWrite = false;
        run.Writing = targets;
        if (targets.IsEmpty)
        {
            Advance(_writeOrder, run.Segment.Index);
            EndIfOver(run);
            return;
        }

        var isZero = run.Segment.Kind == SegmentKind.Zero || run.Read is { IsZero: true };
        run.IsZeroedByCommand = isZero && _workers.ZeroesByCommand;
        foreach (var target in targets.Indexes())
        {
            _workers.Write(run.Segment, target, run.Lease!, isZero);
        }
    }

    private void EndIfOver(SegmentRun run)
    {
        if (run.IsOver)
        {
            End(run);
        }
    }

    private void End(SegmentRun run)
    {
        if (run.IsLost)
        {
            Lose(run);
            return;
        }

        _runs.Remove(run.Segment.Index);
        run.Lease!.LetGo();
        _workers.Count(run);
        _workers.Raise(new CopyJobEvent.SegmentSettled(run.Segment, run.ToResult()));
    }

    private void Lose(SegmentRun run)
    {
        const string Reason = "A part of the engine failed again and again at this segment.";

        // Its turns are not taken while it is read anew.
        Forget(_writeOrder, run);
        Forget(_digestOrder, run);
        _workers.Raise(new CopyJobEvent.SegmentLost(run.Segment, Reason));
        if (_runs.TryGetValue(run.Segment.Index, out var current) && current == run)
        {
            // It was not begun again.
            _runs.Remove(run.Segment.Index);
            run.Lease!.LetGo();
        }
    }

    private void GiveUp(SegmentRun run)
    {
        Forget(_writeOrder, run);
        Forget(_digestOrder, run);
        _runs.Remove(run.Segment.Index);
        run.Lease?.LetGo();
        _workers.Raise(new CopyJobEvent.SegmentReturned(run.Segment));
    }

    private static void Forget(SegmentSequence? order, SegmentRun run) => order?.Withdraw(run.Segment.Index);

    private static void Advance(SegmentSequence? order, long index)
    {
        if (order is not null && order.Next == index)
        {
            order.Advance(index);
        }
    }
}
