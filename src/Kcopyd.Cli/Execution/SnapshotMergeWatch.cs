using Kcopyd.Actors.Snapshots;
using Kcopyd.Cli.Reporting;
using Kcopyd.Core;

namespace Kcopyd.Cli.Execution;

/// <summary>Looks at a merge now and then until it is over.</summary>
internal sealed class SnapshotMergeWatch
{
    /// <summary>From one look to the next.</summary>
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(100);

    private readonly SnapshotDevice _snapshot;
    private readonly CowStoreContent _content;
    private readonly IWorkProgressView _view;
    private readonly TimeProvider _time;
    private readonly long _chunkBytes;
    private readonly BytePace _pace;

    /// <summary>Watches a merge that runs.</summary>
    /// <param name="snapshot">The snapshot that is merged.</param>
    /// <param name="content">What it was when it began.</param>
    /// <param name="view">What shows it.</param>
    /// <param name="time">What the time is of.</param>
    internal SnapshotMergeWatch(
        SnapshotDevice snapshot, CowStoreContent content, IWorkProgressView view, TimeProvider time)
    {
        (_snapshot, _content, _view, _time) = (snapshot, content, view, time);
        _chunkBytes = Sectors.ToBytes(content.Table.ChunkSectors);
        _pace = new BytePace(content.ExceptionCount * _chunkBytes);
    }

    /// <summary>Why it did not end well; null: it did, or was not waited for.</summary>
    internal string? Failure { get; private set; }

    /// <summary>Returns when everything is merged, or is not going to be, or the token is cancelled.</summary>
    internal async Task UntilOverAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Every, _time);
        var merged = _snapshot.WaitUntilMergedAsync(cancellationToken);
        while (!merged.IsCompleted)
        {
            _view.Show(Note(await _snapshot.GetCountsAsync(CancellationToken.None).ConfigureAwait(false)));
            var tick = timer.WaitForNextTickAsync(CancellationToken.None).AsTask();
            await Task.WhenAny(merged, tick).ConfigureAwait(false);
        }

        try
        {
            await merged.ConfigureAwait(false);
        }
        catch (SnapshotStoreException e)
        {
            Failure = e.Message;
        }
        catch (OperationCanceledException)
        {
            // A signal: what is left is merged another time.
        }
    }

    /// <summary>The progress of these last counts.</summary>
    internal MergeProgress Last(SnapshotCounts counts) => Note(counts) with { IsOver = true };

    private MergeProgress Note(SnapshotCounts counts)
    {
        var bytes = counts.Merged * _chunkBytes;
        _pace.Note(bytes, _time.GetTimestamp(), _time);
        return new MergeProgress(
            _content.ExceptionCount, counts.Merged, _content.ExceptionCount * _chunkBytes, bytes)
        {
            BytesPerSecond = _pace.Rate,
            Remaining = _pace.Remaining,
        };
    }
}
