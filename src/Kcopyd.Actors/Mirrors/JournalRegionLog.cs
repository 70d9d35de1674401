using Akka.Actor;
using Kcopyd.Actors.Hosting;
using Kcopyd.Actors.Journaling;
using Kcopyd.Core.Mirrors;

namespace Kcopyd.Actors.Mirrors;

/// <summary>A log in a stream of the journal, for legs with no room for one.</summary>
/// <remarks>
/// <para>One event per commit, durable when it ends. Each load begins an epoch with an event that has all of the log:
/// who loaded it before fails at the next commit, since the journal takes each sequence number once, and cannot write
/// it anew.</para>
/// <para>After a commit that failed or was not answered nothing is known of the stream: every commit fails until all of
/// the log was written anew, by an actor that has read the stream again.</para>
/// </remarks>
internal sealed class JournalRegionLog : IRegionLog
{
    private readonly ActorSystem _system;
    private readonly MirrorTable _table;
    private readonly LogTrust _trust;
    private readonly JournalOptions _options;
    private readonly string _name;
    private IActorRef _actor = ActorRefs.Nobody;
    private long? _epoch;
    private bool _hasFailed = true;
    private volatile MirrorLogStatus _status;

    public JournalRegionLog(ActorSystem system, MirrorTable table, LogTrust trust, JournalOptions options)
    {
        KcopydSerialization.Register(system);
        _system = system;
        _table = table;
        _trust = trust;
        _options = options;
        _name = table.Log.Name ?? throw new ArgumentException("The log of the mirror is no journal.", nameof(table));
        _status = new MirrorLogStatus(MirrorLogKind.Journal, _name, LogHealth.Alive);
    }

    /// <inheritdoc/>
    public MirrorLogStatus Status => _status;

    /// <inheritdoc/>
    public async Task<RegionBits> LoadAsync(CancellationToken cancellationToken)
    {
        RegionEvent.Whole? kept;
        _epoch = null;
        try
        {
            kept = await OpenAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (MirrorLogException) when (_trust == LogTrust.Kernel)
        {
            // Status and the first commit say how the log is.
            return new RegionBits(_table.Geometry.RegionCount);
        }

        Refuse(kept);
        cancellationToken.ThrowIfCancellationRequested();
        var clean = Fit(kept);
        try
        {
            await TakeAsync((kept?.Epoch ?? 0) + 1, clean).ConfigureAwait(false);
        }
        catch (MirrorLogException) when (_trust == LogTrust.Kernel)
        {
            // The same.
        }

        return clean;
    }

    /// <inheritdoc/>
    public async Task CommitAsync(LogCommit changes)
    {
        if (_hasFailed)
        {
            throw new MirrorLogException($"The journal log {_name} failed before, and was not written anew since.");
        }

        if (changes.Marked.Count + changes.Cleaned.Count > 0)
        {
            await AppendAsync(RegionEvent.Change.Of(changes)).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async Task RewriteAsync(RegionBits clean)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(clean.Count, _table.Geometry.RegionCount, nameof(clean));
        var kept = await OpenAsync(CancellationToken.None).ConfigureAwait(false);
        if (_epoch is { } own && kept?.Epoch != own)
        {
            throw Failed($"The journal log {_name} is no longer that of this mirror: another has loaded it.");
        }

        Refuse(kept);
        await TakeAsync(_epoch ?? ((kept?.Epoch ?? 0) + 1), clean.Copy()).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _hasFailed = true;
        _system.Stop(_actor);
        return ValueTask.CompletedTask;
    }

    /// <summary>What an actor of its own reads in the stream.</summary>
    private async Task<RegionEvent.Whole?> OpenAsync(CancellationToken cancellationToken)
    {
        // The one before may still be at it, in vain: what it appends late meets the next one's numbers, and one of
        // them fails.
        _system.Stop(_actor);
        _hasFailed = true;
        var opened = new TaskCompletionSource<RegionEvent.Whole?>();
        _actor = _system.ActorOf(Props.Create<RegionLogActor>(_name, _options, opened));
        await AwaitAsync(opened.Task.WaitAsync(cancellationToken)).ConfigureAwait(false);
        return await opened.Task.ConfigureAwait(false);
    }

    /// <summary>Begins or goes on with an epoch, in which this is what the log says.</summary>
    private async Task TakeAsync(long epoch, RegionBits clean)
    {
        await AppendAsync(new RegionEvent.Whole(_table.Log.RegionSize, epoch, clean)).ConfigureAwait(false);
        _epoch = epoch;
        _hasFailed = false;
        Stand(LogHealth.Alive);
    }

    private Task AppendAsync(RegionEvent happened)
    {
        var done = new TaskCompletionSource();
        _actor.Tell(new RegionLogMessage.Append(happened, done), ActorRefs.NoSender);
        return AwaitAsync(done.Task);
    }

    /// <summary>An actor that is gone with its system answers nothing.</summary>
    private async Task AwaitAsync(Task answer)
    {
        await Task.WhenAny(answer, _system.WhenTerminated).ConfigureAwait(false);
        if (!answer.IsCompleted)
        {
            throw Failed($"The journal log {_name} cannot be used: its actor system has ended.");
        }

        try
        {
            await answer.ConfigureAwait(false);
        }
        catch (MirrorLogException)
        {
            _hasFailed = true;
            Stand(LogHealth.Failed);
            throw;
        }
    }

    /// <summary>Refuses a stream that says nothing about these regions.</summary>
    private void Refuse(RegionEvent.Whole? kept)
    {
        if (kept is not null && kept.RegionSize != _table.Log.RegionSize)
        {
            throw Failed(
                $"The journal log {_name} has regions of {kept.RegionSize} sectors, and those of the table have "
                + $"{_table.Log.RegionSize}.");
        }
    }

    /// <summary>What the log says, made to fit the table as a log on disk is.</summary>
    private RegionBits Fit(RegionEvent.Whole? kept)
    {
        var clean = new RegionBits(_table.Geometry.RegionCount);
        switch (_table.Log.Sync)
        {
            case MirrorSync.NoSync:
                clean.SetAll();
                break;
            case MirrorSync.Default when kept is not null:
                clean.TakeFrom(kept.Clean);
                break;
            default:
                break;
        }

        return clean;
    }

    private MirrorLogException Failed(string sentence)
    {
        _hasFailed = true;
        Stand(LogHealth.Failed);
        return new MirrorLogException(sentence);
    }

    private void Stand(LogHealth health) => _status = new MirrorLogStatus(MirrorLogKind.Journal, _name, health);
}
