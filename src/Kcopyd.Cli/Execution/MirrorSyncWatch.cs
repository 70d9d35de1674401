using Kcopyd.Actors.Mirrors;
using Kcopyd.Cli.Reporting;
using Kcopyd.Core.Mirrors;

namespace Kcopyd.Cli.Execution;

/// <summary>Looks at a mirror now and then until it is in sync, or nothing goes on.</summary>
internal sealed class MirrorSyncWatch(
    MirrorDevice mirror, MirrorTable table, IWorkProgressView view, TimeProvider time)
{
    /// <summary>After what time a region that failed is tried again: often, since a person waits.</summary>
    internal static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(500);

    /// <summary>From one look to the next.</summary>
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(100);

    /// <summary>Looks in a row with nothing under way or gained, 5 retries: what failed stays failed then.</summary>
    private const int MostIdleLooks = 25;

    private readonly MirrorPace _pace = new(table);
    private (long InSync, long Recovered) _gained;
    private int _idleLooks;

    /// <summary>Regions that were in sync when it began.</summary>
    internal long BeganInSync { get; private set; }

    /// <summary>Returns when the mirror is in sync, or is not going to be, or the token is cancelled.</summary>
    internal async Task UntilOverAsync(CancellationToken cancellationToken)
    {
        var inSync = mirror.WaitUntilInSyncAsync(CancellationToken.None);
        using var timer = new PeriodicTimer(Every, time);
        var first = await mirror.GetCountsAsync(CancellationToken.None).ConfigureAwait(false);
        BeganInSync = first.InSync - first.RecoveredRegions;
        Show(first);
        while (!inSync.IsCompleted && !cancellationToken.IsCancellationRequested)
        {
            var tick = timer.WaitForNextTickAsync(CancellationToken.None).AsTask();
            await Task.WhenAny(inSync, tick).ConfigureAwait(false);
            var counts = await mirror.GetCountsAsync(CancellationToken.None).ConfigureAwait(false);
            Show(counts);
            if (await IsStuckAsync(counts).ConfigureAwait(false))
            {
                return;
            }
        }
    }

    /// <summary>The progress of these last counts.</summary>
    internal MirrorProgress Last(MirrorCounts counts) =>
        _pace.Note(counts, time.GetTimestamp(), time) with { IsOver = true };

    private void Show(MirrorCounts counts) => view.Show(_pace.Note(counts, time.GetTimestamp(), time));

    private async Task<bool> IsStuckAsync(MirrorCounts counts)
    {
        var gained = (counts.InSync, counts.RecoveredSectors);
        if (gained != _gained || counts.InSync == counts.Regions)
        {
            (_gained, _idleLooks) = (gained, 0);
            return false;
        }

        _idleLooks += counts.Recovering == 0 ? 1 : 0;
        return _idleLooks >= MostIdleLooks
            && !(await mirror.GetFailuresAsync(CancellationToken.None).ConfigureAwait(false)).IsEmpty;
    }
}
