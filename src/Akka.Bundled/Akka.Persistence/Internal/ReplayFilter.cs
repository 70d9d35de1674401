using Akka.Configuration;
using Akka.Event;

namespace Akka.Persistence.Internal;

/// <summary>Finds, in a replay, events of two writers that were alive at the same time, and keeps those of the
/// later one.</summary>
/// <remarks>
/// <para>
/// A writer is later than another when its first event comes after one of the other. An event of the other that comes
/// after that, or whose number is not below it, is one that the later writer did not know.
/// </para>
/// <para>Events are held back up to a window, because the events that a later one makes void come before it.</para>
/// </remarks>
internal sealed class ReplayFilter : IDisposable
{
    private readonly ReplayFilterMode _mode;
    private readonly int _window;
    private readonly int _maxOldWriters;
    private readonly ILoggingAdapter _log;
    private readonly Action<IPersistentRepresentation> _next;
    private readonly LinkedList<IPersistentRepresentation> _held = new();
    private readonly LinkedList<string> _oldWriters = new();
    private string? _writer;
    private long _lastSequenceNr;

    public ReplayFilter(Config config, ILoggingAdapter log, Action<IPersistentRepresentation> next)
    {
        _mode = ModeOf(config.GetString("replay-filter.mode", ""));
        _window = config.GetInt("replay-filter.window-size", 0);
        _maxOldWriters = config.GetInt("replay-filter.max-old-writers", 0);
        _log = log;
        _next = next;
    }

    /// <summary>Takes an event; hands over the oldest when more than the window is held.</summary>
    /// <exception cref="InvalidOperationException">It contradicts the events before, and the mode is Fail.</exception>
    public void Add(IPersistentRepresentation item)
    {
        if (_mode == ReplayFilterMode.Off)
        {
            _next(item);
            return;
        }

        if (IsVoid(item) && !Keep(item))
        {
            return;
        }

        if (item.WriterGuid != _writer)
        {
            BeginWriter(item);
        }

        _lastSequenceNr = item.SequenceNr;
        _held.AddLast(item);
        if (_held.Count > _window)
        {
            Release();
        }
    }

    /// <summary>Hands over what is held, also when the replay failed after it.</summary>
    public void Dispose()
    {
        while (_held.Count > 0)
        {
            Release();
        }
    }

    private static ReplayFilterMode ModeOf(string mode) => mode switch
    {
        "repair-by-discard-old" => ReplayFilterMode.Repair,
        "fail" => ReplayFilterMode.Fail,
        "warn" => ReplayFilterMode.Warn,
        "off" or "false" => ReplayFilterMode.Off,
        _ => throw new ConfigurationException($"There is no replay-filter.mode {mode}."),
    };

    private bool IsVoid(IPersistentRepresentation item) =>
        item.WriterGuid == _writer ? item.SequenceNr <= _lastSequenceNr : _oldWriters.Contains(item.WriterGuid);

    private void BeginWriter(IPersistentRepresentation item)
    {
        if (_writer is not null && !_oldWriters.Contains(item.WriterGuid))
        {
            _oldWriters.AddLast(_writer);
            if (_oldWriters.Count > _maxOldWriters)
            {
                _oldWriters.RemoveFirst();
            }
        }

        _writer = item.WriterGuid;
        while (_held.Last is { } last && last.Value.SequenceNr >= item.SequenceNr && !Keep(last.Value))
        {
            _held.RemoveLast();
        }
    }

    /// <summary>Tells of an event that another writer did not know, and whether it stays.</summary>
    private bool Keep(IPersistentRepresentation item)
    {
        var text = $"Event {item.SequenceNr} of {item.PersistenceId} is of writer {item.WriterGuid}, "
            + "which was not the only one then.";
        if (_mode == ReplayFilterMode.Fail)
        {
            throw new InvalidOperationException(text);
        }

        var isKept = _mode == ReplayFilterMode.Warn;
        _log.Warning("{0} It is {1}.", text, isKept ? "replayed" : "left out");
        return isKept;
    }

    private void Release()
    {
        var first = _held.First!.Value;
        _held.RemoveFirst();
        _next(first);
    }
}
