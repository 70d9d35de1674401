using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Persistence;

namespace Akka.Bundled.Tests.Persistence;

/// <summary>What a <see cref="ScriptedJournal"/> does differently from a memory journal, and what it was
/// asked.</summary>
internal sealed class JournalScript : INoSerializationVerificationNeeded
{
    public Func<AtomicWrite, Exception?> Reject { get; set; } = static _ => null;

    /// <summary>Fails a whole write after it happened.</summary>
    public Func<AtomicWrite, Exception?> Fail { get; set; } = static _ => null;

    public Func<IPersistentRepresentation, Exception?> FailReplay { get; set; } = static _ => null;

    public bool HasSuperfluousResult { get; set; }

    /// <summary>Events that are replayed in place of those written.</summary>
    public IReadOnlyList<IPersistentRepresentation> Stored { get; set; } = [];

    public Exception? FailDelete { get; set; }

    /// <summary>Writes happen at once and are answered when this completes.</summary>
    public Task WriteGate { get; set; } = Task.CompletedTask;

    /// <summary>How many replays were begun.</summary>
    public int Replays { get; set; }

    public Task ReplayGate { get; set; } = Task.CompletedTask;

    /// <summary>For each write, the events of each atomic write.</summary>
    public ConcurrentQueue<object[][]> Writes { get; } = new();
}
