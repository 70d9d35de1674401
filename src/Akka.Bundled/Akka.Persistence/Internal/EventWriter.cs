using Akka.Actor;

namespace Akka.Persistence.Internal;

/// <summary>Events on their way to the journal and the handlers that wait for them, both in the order of the calls that
/// persisted them.</summary>
/// <remarks>
/// One write is under way at a time; what gathers meanwhile goes with the next, up to the size of a batch. A write is
/// over when each of its events was answered for: the journal may answer two writes on two threads, and the answers to
/// the second must not overtake those to the first, because handlers wait in one queue.
/// </remarks>
internal sealed class EventWriter(IActorRef journal, IActorRef actor, int instance, int maxBatchSize)
{
    private readonly Queue<PendingHandler> _handlers = new();
    private readonly Queue<IPersistentEnvelope> _unsent = new();
    private int _holding;
    private int _unanswered;

    /// <summary>Whether no command may be received now.</summary>
    public bool HoldsCommands => _holding > 0;

    /// <summary>Whether no handler waits.</summary>
    public bool IsIdle => _handlers.Count == 0;

    /// <summary>Adds an envelope and a handler for each event in it.</summary>
    public void Add(IPersistentEnvelope envelope, PendingHandler handler)
    {
        _unsent.Enqueue(envelope);
        for (var index = 0; index < envelope.Size; index++)
        {
            _handlers.Enqueue(handler);
        }

        _holding += handler.HoldsCommands ? envelope.Size : 0;
    }

    /// <summary>Sends what gathered, unless a write is under way.</summary>
    public void Flush()
    {
        if (_unanswered > 0 || _unsent.Count == 0)
        {
            return;
        }

        var batch = new List<IPersistentEnvelope>();
        var size = 0;
        while (_unsent.TryPeek(out var next) && (batch.Count == 0 || size + next.Size <= maxBatchSize))
        {
            batch.Add(_unsent.Dequeue());
            size += next.Size;
        }

        _unanswered = size;
        journal.Tell(new WriteMessages(batch, actor, instance), actor);
    }

    /// <summary>Runs the handler that an answer is for; it is over after that, also when it threw.</summary>
    public void RunHandler(object payload)
    {
        try
        {
            _handlers.Peek().Run(payload);
        }
        finally
        {
            DropHandler();
        }
    }

    /// <summary>Forgets the handler that an answer is for.</summary>
    public void DropHandler()
    {
        _unanswered--;
        if (_handlers.Dequeue().HoldsCommands)
        {
            _holding--;
        }
    }
}
