using System.Collections.Immutable;
using Akka.Persistence.Journal;

namespace Akka.Persistence.Internal;

/// <summary>The answers to one <see cref="WriteMessages"/>: the outcome of all, then of each event in order.</summary>
internal sealed class WriteAnswers(WriteMessages request)
{
    private int Id => request.ActorInstanceId;

    /// <summary>Answers a write that the journal processed.</summary>
    /// <param name="rejections">Null or a cause for each atomic write; empty when none is rejected.</param>
    public void Succeed(IImmutableList<Exception?> rejections)
    {
        request.PersistentActor.Tell(WriteMessagesSuccessful.Instance, Akka.Actor.ActorRefs.NoSender);
        Each((item, write) => write < rejections.Count && rejections[write] is { } cause
            ? new WriteMessageRejected(item, cause, Id)
            : new WriteMessageSuccess(item, Id));
    }

    /// <summary>Answers a write whose outcome is unknown.</summary>
    public void Fail(Exception cause)
    {
        var failed = new WriteMessagesFailed(cause, request.Messages.OfType<AtomicWrite>().Count());
        request.PersistentActor.Tell(failed, Akka.Actor.ActorRefs.NoSender);
        Each((item, _) => new WriteMessageFailure(item, cause, Id));
    }

    private void Each(Func<IPersistentRepresentation, int, IJournalResponse> answer)
    {
        var write = 0;
        foreach (var envelope in request.Messages)
        {
            if (envelope is not AtomicWrite atomic)
            {
                request.PersistentActor.Tell(new LoopMessageSuccess(envelope.Payload, Id), envelope.Sender);
                continue;
            }

            foreach (var item in WriteJournalBase.EventsOf(atomic))
            {
                request.PersistentActor.Tell(answer(item, write), item.Sender);
            }

            write++;
        }
    }
}
