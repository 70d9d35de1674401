using Kcopyd.Core;

namespace Kcopyd.Cli.Tests;

/// <summary>Waits for the moment at which a run is to be killed, on events of the run and never on a clock.</summary>
/// <remarks>Begun before the run, so that no event is missed.</remarks>
internal sealed class KillWatch : IDisposable
{
    private readonly KillMoment _moment;
    private readonly KillFiles _files;
    private readonly FileSystemWatcher _journal;
    private readonly FileSystemWatcher? _target;
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _changesLeft;

    public KillWatch(KillMoment moment, KillFiles files)
    {
        (_moment, _files) = (moment, files);
        _changesLeft = moment switch
        {
            KillMoment.JournalChange m => m.Number,
            KillMoment.AfterSector m => m.JournalChanges,
            _ => int.MaxValue,
        };
        _journal = Watch(Path.GetDirectoryName(files.Journal)!, "*", OnJournalChanged);
        if (moment is KillMoment.AfterSector after)
        {
            var path = files.Targets[after.Target];
            _target = Watch(Path.GetDirectoryName(path)!, Path.GetFileName(path), OnTargetChanged);
            _target.EnableRaisingEvents = true;
        }
        else
        {
            _journal.EnableRaisingEvents = true;
        }
    }

    /// <summary>Waits until the run is at the moment, or over.</summary>
    public async Task UntilReachedAsync(RunningProgram running)
    {
        var reached = _moment switch
        {
            KillMoment.Polls m => PollAsync(running, m.Count),
            KillMoment.ProgressLine m => ReadAsync(running, m.Number),
            _ => _reached.Task,
        };
        await await Task.WhenAny(reached, running.Ended);
    }

    public void Dispose()
    {
        _journal.Dispose();
        _target?.Dispose();
    }

    private static FileSystemWatcher Watch(string directory, string name, FileSystemEventHandler changed)
    {
        var watcher = new FileSystemWatcher(directory, name)
        {
            NotifyFilter = NotifyFilters.FileName | NotifyFilters.LastWrite | NotifyFilters.Size,
        };
        watcher.Created += changed;
        watcher.Changed += changed;
        return watcher;
    }

    private static async Task PollAsync(RunningProgram running, int count)
    {
        for (var i = 0; i < count && !running.HasEnded; i++)
        {
            await Task.Yield();
        }
    }

    private static async Task ReadAsync(RunningProgram running, int lines)
    {
        for (var i = 0; i < lines && await running.TryNextErrorLineAsync(); i++)
        {
        }
    }

    private void OnJournalChanged(object sender, FileSystemEventArgs change)
    {
        if (Interlocked.Decrement(ref _changesLeft) == 0)
        {
            _reached.TrySetResult();
        }
    }

    /// <summary>What a watcher's event throws nobody hears.</summary>
    private bool IsWritten(KillMoment.AfterSector after)
    {
        try
        {
            return _files.IsWritten(after.Target, SectorRange.Create(after.Sector, 1));
        }
        catch (IOException e)
        {
            _reached.TrySetException(e);
            return false;
        }
    }

    private void OnTargetChanged(object sender, FileSystemEventArgs change)
    {
        var after = (KillMoment.AfterSector)_moment;
        if (!_journal.EnableRaisingEvents && IsWritten(after))
        {
            _journal.EnableRaisingEvents = true;
            if (after.JournalChanges == 0)
            {
                _reached.TrySetResult();
            }
        }
    }
}
