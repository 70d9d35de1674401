using System.Collections.Immutable;
using Kcopyd.Actors.Copying;
using Kcopyd.Core.Mirrors;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Mirrors;

/// <content>What failed last, and how it says it.</content>
internal sealed partial class MirrorActor
{
    private const string NoReason = "no reason given";

    private readonly string?[] _reasons;
    private string? _logReason;

    private ImmutableArray<MirrorFailure> Failures()
    {
        var failures = ImmutableArray.CreateBuilder<MirrorFailure>();
        foreach (var leg in _machine.Legs.Failed.Legs())
        {
            failures.Add(new MirrorFailure(leg, _specs[leg].Device, _reasons[leg] ?? NoReason));
        }

        if (_log.Status.Health != LogHealth.Alive)
        {
            failures.Add(new MirrorFailure(null, _log.Status.Name ?? _setup.Name, _logReason ?? NoReason));
        }

        return failures.ToImmutable();
    }

    private void LogFailures(LegMask failed, LegErrors error, DeviceException? failure)
    {
        MirrorMetrics.CountErrors(failed, error);
        foreach (var leg in failed.Legs())
        {
            var reason = failure?.Message ?? NoReason;
            if (!_machine.Legs.Failed.Contains(leg))
            {
                MirrorLog.LegFailed(_logger, _setup.Name, leg, reason);
            }

            _reasons[leg] = reason;
        }
    }

    /// <summary>The reasons of a copy or repair that failed, for the legs that it blames.</summary>
    private void LogFailures(RegionWork work, CopyCompleted completed)
    {
        var reason = completed.Details.IsEmpty ? $"it {completed.Outcome}" : completed.Details[0].Reason;
        MirrorLog.WorkFailed(_logger, _setup.Name, work.ToString(), reason);
        foreach (var failure in completed.Details)
        {
            _reasons[LegOf(work, failure)] = failure.Reason;
        }
    }

    private void LogFailure(MirrorLogException failure)
    {
        _logReason = failure.Message;
        MirrorLog.LogFailed(_logger, _setup.Name, failure.Message);
    }
}
