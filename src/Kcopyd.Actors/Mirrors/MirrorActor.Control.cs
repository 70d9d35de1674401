using Akka.Actor;
using Kcopyd.Actors.Copying;
using Kcopyd.Core;
using Kcopyd.Core.Mirrors;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Mirrors;

/// <content>Status, suspend, resume, replacing a leg, closing.</content>
internal sealed partial class MirrorActor
{
    private readonly List<MirrorWork.Replace> _replacements = [];
    private readonly List<MirrorWork.Replace> _unsaved = [];
    private readonly List<MirrorWork.Resume> _untilCommitted = [];
    private readonly List<MirrorWork> _untilRewritten = [];
    private bool _isRewriting;

    private MirrorStatus Status() => new(
        [.. _specs.Select((spec, leg) =>
            new MirrorLegStatus(spec.Device, LegHealth.FromErrors(_machine.Legs[leg])))],
        _machine.Contents.InSync.SetCount,
        _machine.Contents.RegionCount,
        _log.Status);

    private MirrorCounts Counts() => new(
        _machine.Contents.RegionCount,
        _machine.Contents.InSync.SetCount,
        _machine.DirtyCount,
        _machine.Recovering,
        _machine.HeldCount,
        _recoveredSectors,
        _recoveredRegions);

    private void Run()
    {
        _machine.Resume();
        MirrorLog.Resumed(
            _logger, _setup.Name, _machine.Contents.InSync.SetCount, _machine.Contents.RegionCount);
        ContinueChecking();
        Act();
    }

    private void OnSuspend(MirrorWork.Suspend message)
    {
        if (WaitsForRewrite(message))
        {
            return;
        }

        if (_machine.Phase == MirrorPhase.Suspended)
        {
            message.Answer.Give(true);
            return;
        }

        _untilSuspended.Add(message.Answer);
        _machine.Suspend(message.KeepsHeld);
    }

    private void OnSuspended()
    {
        MirrorLog.Suspended(_logger, _setup.Name);
        _untilSuspended.ForEach(answer => answer.Give(true));
        _untilSuspended.Clear();
        FinishClosing();
    }

    private void OnResume(MirrorWork.Resume message)
    {
        if (WaitsForRewrite(message))
        {
            return;
        }

        if (!_machine.IsLogIdle)
        {
            // A leg that was replaced meanwhile is being noted there.
            _untilCommitted.Add(message);
            return;
        }

        if (_machine.Phase != MirrorPhase.Suspended)
        {
            message.Answer.Refuse(new InvalidOperationException($"{_setup.Name} is not suspended."));
            return;
        }

        var losesSync = _setup.Table.Log is { Kind: not MirrorLogKind.Core, Sync: MirrorSync.Sync };
        if (losesSync)
        {
            _machine.LoseSync();
        }

        if (losesSync || message.ForgetsErrors)
        {
            var unflushed = LegMask.All(_specs.Length).Legs()
                .Where(leg => message.ForgetsErrors && _machine.Legs[leg].HasFlag(LegErrors.Flush))
                .ToList();
            _isRewriting = true;
            WorkPipe.Pipe(RewriteAsync(message, unflushed), Self);
        }
        else
        {
            Run();
            message.Answer.Give(true);
        }
    }

    /// <summary>The log as it is known here: newer than what it holds, where it failed.</summary>
    private async Task<MirrorWork.Rewritten> RewriteAsync(MirrorWork.Resume message, List<int> unflushed)
    {
        try
        {
            await DropCachesAsync(_legs.Current, unflushed).ConfigureAwait(false);
            await _log.RewriteAsync(_machine.LoggedRegions).ConfigureAwait(false);
            return new MirrorWork.Rewritten(message, null);
        }
        catch (MirrorLogException failure)
        {
            return new MirrorWork.Rewritten(message, failure);
        }
        catch (DeviceException failure)
        {
            return new MirrorWork.Rewritten(message, new MirrorLogException(failure.Message, failure));
        }
    }

    /// <summary>Legs whose flush failed are read as they are: what is cached of them may be what never reached
    /// them.</summary>
    private async Task DropCachesAsync(MirrorLeg[] legs, List<int> unflushed)
    {
        foreach (var leg in unflushed)
        {
            var region = legs[leg].RegionOf(SectorRange.Create(0, _setup.Table.Length));
            await region.Device.DropCacheAsync(region.Range.StartBytes, region.Range.CountBytes, default)
                .ConfigureAwait(false);
        }
    }

    /// <summary>What would change the phase or the log waits while the log is written anew.</summary>
    private bool WaitsForRewrite(MirrorWork message)
    {
        if (_isRewriting)
        {
            _untilRewritten.Add(message);
        }

        return _isRewriting;
    }

    private void OnRewritten(MirrorWork.Rewritten message)
    {
        _isRewriting = false;
        _untilRewritten.ForEach(waiting => Self.Tell(waiting, ActorRefs.NoSender));
        _untilRewritten.Clear();
        if (message.Failure is { } failure)
        {
            message.Command.Answer.Refuse(failure);
            return;
        }

        if (message.Command.ForgetsErrors)
        {
            foreach (var leg in _legs.Current)
            {
                leg.BeginEpoch();
            }

            _machine.Forget();
        }

        _machine.LogRewritten();
        FinishReplacements();
        Run();
        message.Command.Answer.Give(true);
    }

    private void OnReplace(MirrorWork.Replace message)
    {
        if (WaitsForRewrite(message))
        {
            return;
        }

        if (_machine.Phase == MirrorPhase.Suspending || _machine.LogHasFailed)
        {
            var why = _machine.LogHasFailed ? "its log failed" : "it is being suspended";
            message.Answer.Refuse(new InvalidOperationException($"A leg of {_setup.Name} is not replaced: {why}."));
            return;
        }

        if (!_machine.CanReplace(message.Index))
        {
            message.Answer.Refuse(new InvalidOperationException(
                $"Leg {message.Index} of {_setup.Name} is not replaced: no other leg holds everything."));
            return;
        }

        _machine.ReplaceLeg(message.Index);
        _legs.Replace(message.Index, message.Leg);
        _replacements.Add(message);
        FinishReplacements();
    }

    /// <summary>A leg is named in the table once the log says that it holds nothing: before that a crash must find the
    /// old one.</summary>
    private void FinishReplacements()
    {
        if (_machine.LogHasFailed)
        {
            // It becomes known when the log is written anew.
            _replacements.ForEach(replaced => replaced.Answer.Refuse(
                new MirrorLogException($"The log of {_setup.Name} failed, and does not know of the new leg.")));
        }
        else if (_replacements.Count > 0 && _machine.IsReplacementLogged)
        {
            foreach (var replaced in _replacements)
            {
                _specs[replaced.Index] = replaced.Leg.Spec;
            }

            _unsaved.AddRange(_replacements);
            _replacements.Clear();
            KeepTable();
        }

        if (!_isSaving)
        {
            _unsaved.ForEach(replaced =>
            {
                _machine.ReplacementSaved();
                replaced.Answer.Give(true);
            });
            _unsaved.Clear();
        }
    }

    private void OnClose()
    {
        _isClosing = true;
        _timers.Start<MirrorWork.CloseDue>(_options.DisposeTimeout);
        if (_machine.Phase == MirrorPhase.Running)
        {
            _machine.Suspend(keepsHeld: false);
        }

        if (WaitsForRewrite(new MirrorWork.Close()))
        {
            return;
        }

        FinishClosing();
    }

    private void FinishClosing()
    {
        if (_isClosing && !_isSaving && _machine.Phase == MirrorPhase.Suspended)
        {
            Context.Stop(Self);
        }
    }
}
