using System.Diagnostics;
using Akka.Actor;
using Kcopyd.Core.Copying;

namespace Kcopyd.Actors.Copying;

/// <summary>Who asked for a job, and how it is answered: an actor, a remote actor, or a caller without a
/// mailbox.</summary>
internal sealed class Requester
{
    private readonly IActorRef? _replyTo;
    private readonly ClientTicket? _ticket;
    private readonly string? _correlationId;
    private readonly object? _context;

    private Requester(IActorRef? replyTo, ClientTicket? ticket, string? correlationId, object? context)
    {
        _replyTo = replyTo;
        _ticket = ticket;
        _correlationId = correlationId;
        _context = context;
    }

    /// <summary>What the caller was doing when it asked.</summary>
    public ActivityContext Activity { get; private init; } = System.Diagnostics.Activity.Current?.Context ?? default;

    /// <summary>What is called when the job is over; null: nothing.</summary>
    public Action<CopyCompleted>? Callback => _ticket?.Callback;

    /// <summary>An actor in this process.</summary>
    public static Requester Local(IActorRef replyTo, object? context) => new(replyTo, null, null, context);

    /// <summary>An actor that may be on another node.</summary>
    public static Requester Remote(IActorRef replyTo, string correlationId) => new(replyTo, null, correlationId, null);

    /// <summary>A caller without a mailbox.</summary>
    public static Requester Of(ClientTicket ticket) => new(null, ticket, null, null) { Activity = ticket.Activity };

    public void Accept(CopyJobId job, IActorRef client)
    {
        _ticket?.Accept(job);
        _replyTo?.Tell(
            _correlationId is null
                ? new ClientMessage.CopyAccepted(job, _context)
                : new SubmitAccepted(_correlationId, job),
            client);
    }

    public void Reject(CopyRejection rejection, IActorRef client)
    {
        _ticket?.Refuse(new CopyRejectedException(rejection));
        _replyTo?.Tell(
            _correlationId is null
                ? new ClientMessage.CopyRejected(rejection, _context)
                : new SubmitRejected(_correlationId, rejection),
            client);
    }

    public void Busy(int queueLimit, IActorRef client)
    {
        _ticket?.Refuse(new CopyBusyException(queueLimit));
        _replyTo?.Tell(
            _correlationId is null
                ? new ClientMessage.CopyBusy(queueLimit, _context)
                : new SubmitBusy(_correlationId, queueLimit),
            client);
    }

    public void Complete(CopyCompleted completed, IActorRef client)
    {
        var withContext = _context is null ? completed : completed with { Context = _context };
        _ticket?.Complete(withContext);
        _replyTo?.Tell(
            _correlationId is null ? withContext : new SubmitCompleted(_correlationId, withContext), client);
    }

    /// <summary>Nobody will answer any more, after this.</summary>
    /// <param name="completed">What an actor is told, for it waits for exactly one completion; null: it waits for
    /// none.</param>
    /// <param name="client">Who says so.</param>
    public void Abandon(CopyCompleted? completed, IActorRef client)
    {
        _ticket?.Abandon();
        if (completed is not null && _replyTo is not null)
        {
            Complete(completed, client);
        }
    }
}
