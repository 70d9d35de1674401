using Akka.Actor;
using Akka.Dispatch;
using Akka.Dispatch.MessageQueues;
using Akka.Util;

namespace Akka.Persistence.Internal;

/// <summary>Commands that wait for the end of a recovery or of a persist, in their order, and their way back to the
/// front of the actor's mailbox.</summary>
/// <remarks>
/// <para>
/// They go back one by one, each at the end of the turn before: if they went back together, a command that persists
/// would put all behind it away again.
/// </para>
/// <para>What went back and was not received yet is remembered, so that a restart between two turns keeps the
/// order.</para>
/// </remarks>
internal sealed class CommandStash
{
    private readonly ActorCell _cell;
    private readonly LinkedList<Envelope> _waiting = new();
    private readonly LinkedList<Envelope> _returned = new();

    public CommandStash(IActorContext context)
    {
        _cell = (ActorCell)context;
    }

    /// <summary>What tells this turn from the one before.</summary>
    public int TurnId => _cell.CurrentEnvelopeId;

    private IMessageQueue Mailbox => _cell.Mailbox.MessageQueue;

    /// <summary>Puts the message of this turn behind the others.</summary>
    public void AddCurrent() => _waiting.AddLast(Current());

    /// <summary>Puts messages before the others, also before those that went back, in their order.</summary>
    public void Prepend(IReadOnlyList<Envelope> envelopes)
    {
        TakeBack();
        AddFirst(envelopes);
    }

    /// <summary>Takes note that a turn began.</summary>
    public void Received(object message)
    {
        // A termination that nobody watches for any more was dropped by the cell, so the match need not be the first.
        if (_returned.Count > 0 && _returned.Any(envelope => ReferenceEquals(envelope.Message, message)))
        {
            while (!ReferenceEquals(_returned.First!.Value.Message, message))
            {
                _returned.RemoveFirst();
            }

            _returned.RemoveFirst();
        }
    }

    /// <summary>Gives the first message back, and with it all before the first that is sure to be received.</summary>
    public void ReturnNext()
    {
        if (_returned.Count > 0)
        {
            return;
        }

        var envelopes = new List<Envelope>();
        while (_waiting.First is { } first && envelopes.All(MayBeDropped))
        {
            envelopes.Add(first.Value);
            _waiting.RemoveFirst();
        }

        Return(envelopes);
    }

    /// <summary>Gives all back.</summary>
    public void ReturnAll()
    {
        TakeBack();
        var envelopes = _waiting.ToList();
        _waiting.Clear();
        Return(envelopes);
    }

    /// <summary>Gives all back for good: this instance of the actor receives nothing any more.</summary>
    /// <remarks>Akka unstashes once more on its own, which must not take back what the next instance is to
    /// receive.</remarks>
    public void ReturnAllForGood()
    {
        ReturnAll();
        _returned.Clear();
    }

    /// <summary>The message of this turn, to be received again.</summary>
    public Envelope Current()
    {
        if (_cell.CurrentMessage is Terminated terminated)
        {
            // Else the cell drops it for one that it reported already; so it does when the actor stops watching.
            _cell.TerminatedQueuedFor(terminated.ActorRef, Option<object>.None);
        }

        return new Envelope(_cell.CurrentMessage, _cell.Sender);
    }

    private static bool MayBeDropped(Envelope envelope) => envelope.Message is Terminated;

    private void TakeBack()
    {
        var taken = new List<Envelope>();
        foreach (var expected in _returned)
        {
            if (Mailbox.TryDequeue(out var first))
            {
                if (ReferenceEquals(first.Message, expected.Message))
                {
                    taken.Add(first);
                }
                else
                {
                    Front().EnqueueFirst(first);
                }
            }
        }

        _returned.Clear();
        AddFirst(taken);
    }

    private void AddFirst(IEnumerable<Envelope> envelopes)
    {
        foreach (var envelope in envelopes.Reverse())
        {
            _waiting.AddFirst(envelope);
        }
    }

    private void Return(List<Envelope> envelopes)
    {
        for (var index = envelopes.Count - 1; index >= 0; index--)
        {
            Front().EnqueueFirst(envelopes[index]);
            _returned.AddFirst(envelopes[index]);
        }
    }

    private IDequeBasedMessageQueueSemantics Front() =>
        Mailbox as IDequeBasedMessageQueueSemantics ?? throw new NotSupportedException(
            $"The mailbox of {_cell.Self} is no deque, which a persistent actor needs for its stash.");
}
