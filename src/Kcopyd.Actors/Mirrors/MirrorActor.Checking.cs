using Kcopyd.Actors.Copying;
using Kcopyd.Core;
using Kcopyd.Core.Copying;
using Kcopyd.Core.Mirrors;

namespace Kcopyd.Actors.Mirrors;

/// <content>Comparing the legs.</content>
internal sealed partial class MirrorActor
{
    private readonly Queue<MirrorWork.Check> _checks = new();
    private MirrorCheckRun? _check;

    private void OnCheck(MirrorWork.Check message)
    {
        _checks.Enqueue(message);
        ContinueChecking();
    }

    private void OnCompared(RegionWork work, CopyCompleted completed)
    {
        var mismatches = new ExtentSet();
        foreach (var failure in completed.Details)
        {
            var leg = LegOf(work, failure);
            mismatches.Add(failure.Range.Shift(-_works[work].Legs[leg].Spec.Offset));
        }

        if (completed.Outcome is CopyOutcome.Cancelled || (mismatches.IsEmpty && completed.FailureCount > 0))
        {
            mismatches.Add(work.Range);
        }

        _check!.Compared(work, mismatches);
    }

    /// <summary>The leg that a failure is of, whose device's sectors it names: the source where it has no
    /// target.</summary>
    private static int LegOf(RegionWork work, CopyFailure failure) =>
        failure.Target is { } target ? work.Targets.Legs().ElementAt(target) : work.Source;

    /// <summary>A work came to nothing: what was to be compared is not.</summary>
    private void OnDropped(RegionWork work)
    {
        if (work.Kind == RegionWorkKind.Check)
        {
            _check!.Skip(work.Regions);
        }
    }

    /// <summary>Nothing is done any more to some regions, so that they may be compared.</summary>
    private void OnReleased()
    {
        _check?.CompareDeferred();
        ContinueChecking();
    }

    private void ContinueChecking()
    {
        if (_machine.Phase != MirrorPhase.Running)
        {
            // Goes on when the mirror runs again: nothing is known of regions that nobody may look at.
            return;
        }

        if (_check is null && _checks.TryPeek(out var next))
        {
            _check = new MirrorCheckRun(_machine.Geometry, next.Progress, _options.Recoveries);
        }

        while (_check?.Next(_options.RecoverySize) is { } regions)
        {
            if (_machine.Check(regions) is not null)
            {
                continue;
            }

            if (regions.Count > 1)
            {
                _check.CompareApart(regions);
            }
            else if (_machine.Contents.InSync[regions.First])
            {
                _check.Defer(regions);
            }
            else
            {
                _check.Skip(regions);
            }
        }

        if (_check is { IsDone: true } done)
        {
            _check = null;
            _checks.Dequeue().Answer.Give(done.Result);
            ContinueChecking();
        }
    }
}
