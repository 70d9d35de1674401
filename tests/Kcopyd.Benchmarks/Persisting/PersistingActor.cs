using Akka.Actor;
using Akka.Persistence;

namespace Kcopyd.Benchmarks.Persisting;

/// <summary>Persists, and persists again when that is confirmed, until a token is cancelled.</summary>
/// <remarks>A crash ends the benchmark: nobody answers.</remarks>
internal sealed class PersistingActor : ReceivePersistentActor
{
    /// <summary>What a checkpoint of a copy is about.</summary>
    private static readonly string Event = new('e', 200);

    private readonly string[] _batch;

    /// <summary>An actor.</summary>
    /// <param name="id">Its persistence id.</param>
    /// <param name="batch">How many events at once.</param>
    public PersistingActor(string id, int batch)
    {
        PersistenceId = id;
        _batch = [.. Enumerable.Repeat(Event, batch)];
        Recover<string>(_ => { });
        Command<PersistUntil>(Persist);
    }

    public override string PersistenceId { get; }

    private void Persist(PersistUntil command)
    {
        var asker = command.Asker ?? Sender;
        if (command.End.IsCancellationRequested)
        {
            asker.Tell(new Persisted(command.Events));
            return;
        }

        var next = command with { Asker = asker, Events = command.Events + _batch.Length };
        var left = _batch.Length;
        PersistAll(_batch, _ =>
        {
            if (--left == 0)
            {
                Self.Tell(next);
            }
        });
    }

    /// <summary>Command: persists until the end.</summary>
    internal sealed record PersistUntil(CancellationToken End, IActorRef? Asker = null, long Events = 0);

    /// <summary>Event: so many were confirmed.</summary>
    internal sealed record Persisted(long Events);
}
