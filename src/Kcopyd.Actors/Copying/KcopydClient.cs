using Akka.Actor;
using Kcopyd.Actors.Hosting;
using Kcopyd.Core;
using Kcopyd.Core.Copying;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Copying;

/// <summary>A client of the copy engine: its page budget, its throttle, its jobs. Safe for concurrent calls.</summary>
/// <remarks>
/// A facade over a client actor, <see cref="Actor"/>, which actors may as well talk to themselves
/// (<see cref="ClientMessage"/>). Clients are independent of each other. A device that copies in order to serve a
/// write owns a client of its own: no client may wait for itself. Dispose it, or let <c>CoordinatedShutdown</c> of the
/// actor system do it.
/// </remarks>
public sealed class KcopydClient : IAsyncDisposable
{
    private static long _prepared;

    private readonly ClientLink _link;

    private KcopydClient(IActorRef actor, ClientLink link)
    {
        Actor = actor;
        _link = link;
    }

    /// <summary>The client actor.</summary>
    public IActorRef Actor { get; }

    /// <summary>Makes a client in an actor system. On return it takes jobs.</summary>
    /// <param name="system">Needs no configuration; see the reference settings for what can be configured.</param>
    /// <param name="options">Null: what the system configures under <c>kcopyd.client</c>, else all defaults.</param>
    /// <exception cref="OutOfMemoryException">There is no memory for the budget.</exception>
    /// <exception cref="ArgumentException">Jobs are to be resumed without a journal or an opener.</exception>
    public static Task<KcopydClient> CreateAsync(ActorSystem system, KcopydClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(system);
        var settings = options ?? KcopydSettings.ReadClient(system);
        if (settings is { ResumeOnStart: true, Journal: null } or { ResumeOnStart: true, Opener: null })
        {
            throw new ArgumentException("To resume jobs takes a journal and an opener of devices.", nameof(options));
        }

        CopyDispatchers.Register(system);
        KcopydSerialization.Register(system);
        var link = new ClientLink();
        var pages = new PageMemory(settings.TotalPages);
        IActorRef actor;
        try
        {
            actor = system.ActorOf(ClientActor.Props(settings, link, pages), settings.Name);
        }
        catch
        {
            pages.Dispose();
            throw;
        }

        var client = new KcopydClient(actor, link);
        KcopydClients.For(system).Add(client, ShutdownTurn.Clients, client.Closed);
        return Task.FromResult(client);
    }

    /// <summary>Submits a job. On return it was accepted.</summary>
    /// <param name="request">What to do. Its devices stay the caller's and open until the job is over.</param>
    /// <param name="onCompleted">Called when the job is over, before <see cref="CopyJob.Completion"/> completes; calls
    /// of one client never overlap; it may submit further jobs. Null: nothing.</param>
    /// <param name="cancellationToken">Stops waiting for acceptance; if the job is accepted all the same it is
    /// cancelled.</param>
    /// <exception cref="CopyRejectedException">The request conflicts with itself or its devices; nothing was read or
    /// written.</exception>
    /// <exception cref="CopyBusyException">The queue is full.</exception>
    /// <exception cref="ObjectDisposedException">The client is gone.</exception>
    public async Task<CopyJob> StartAsync(
        CopyRequest request,
        Action<CopyCompleted>? onCompleted = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var ticket = new ClientTicket(onCompleted);
        Tell(new ClientWork.Submit(request, ticket));
        try
        {
            var id = await _link.UntilClosed(ticket.Accepted, cancellationToken).ConfigureAwait(false);

            // An acceptance that came first does not take back that nobody wants the job.
            cancellationToken.ThrowIfCancellationRequested();
            return new CopyJob(this, id, ticket.Completed);
        }
        catch (OperationCanceledException)
        {
            // Who stopped waiting has no handle to the job: it must not go on writing.
            _ = CancelOnAcceptanceAsync(ticket);
            throw;
        }
    }

    /// <summary>Submits a job and waits until it is over.</summary>
    /// <param name="request">What to do.</param>
    /// <param name="cancellationToken">Cancels the job: it settles what is in flight and completes as
    /// cancelled.</param>
    /// <returns>How it ended; failures are in there, not thrown.</returns>
    /// <exception cref="CopyRejectedException">The request conflicts with itself or its devices; nothing was read or
    /// written.</exception>
    /// <exception cref="CopyBusyException">The queue is full.</exception>
    public async Task<CopyCompleted> CopyAsync(CopyRequest request, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var job = await StartAsync(request, null, CancellationToken.None).ConfigureAwait(false);
        var cancellation = cancellationToken.Register(
            static state => _ = ((CopyJob)state!).CancelAsync(), job);
        await using (cancellation.ConfigureAwait(false))
        {
            return await job.Completion.ConfigureAwait(false);
        }
    }

    /// <summary>Zeroes regions; as <see cref="CopyAsync"/> of <see cref="CopyRequest.Zero"/>.</summary>
    public Task<CopyCompleted> ZeroAsync(CopyRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request.Kind == CopyJobKind.Zero
            ? CopyAsync(request, cancellationToken)
            : throw new ArgumentException($"The request is to {request.Kind}, not to zero.", nameof(request));
    }

    /// <summary>Reserves a completion without I/O (kcopyd's prepare callback). <see cref="DestroyAsync"/> waits for
    /// it.</summary>
    /// <param name="onCompleted">Called once, in line with the completions of jobs, after
    /// <see cref="Complete"/>.</param>
    public PreparedCompletion PrepareCompletion(Action<CopyCompleted> onCompleted)
    {
        ArgumentNullException.ThrowIfNull(onCompleted);
        var id = new CopyJobId($"prepared-{Interlocked.Increment(ref _prepared)}");
        var prepared = new PreparedCompletion(id, new ClientTicket(onCompleted));
        Tell(new ClientWork.Prepare(prepared));
        return prepared;
    }

    /// <summary>Lets a reserved completion through, with these errors (kcopyd's do callback). A second call does
    /// nothing.</summary>
    /// <returns>Completes when the callback returned.</returns>
    public Task<CopyCompleted> Complete(PreparedCompletion prepared, bool readError, ulong writeErrors)
    {
        ArgumentNullException.ThrowIfNull(prepared);
        Tell(new ClientWork.CompletePrepared(prepared, readError, writeErrors));
        return _link.UntilClosed(prepared.Ticket.Completed, CancellationToken.None);
    }

    /// <summary>Completes when every job accepted before the call is over.</summary>
    public Task DrainAsync(CancellationToken cancellationToken = default) =>
        AskAsync<ClientMessage.Drained>(new ClientMessage.Drain(), cancellationToken);

    /// <summary>Refuses new jobs, ends those that rest, waits for the others and for their callbacks, and gives the
    /// pages back.</summary>
    /// <remarks>It waits as long as a job takes; <see cref="DisposeAsync"/> does not. A reserved completion that
    /// nobody completes keeps it waiting, as in the kernel.</remarks>
    /// <param name="cancellationToken">Stops waiting; the client still refuses new jobs.</param>
    public async Task DestroyAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            await AskAsync<ClientMessage.Destroyed>(new ClientMessage.Destroy(), cancellationToken)
                .ConfigureAwait(false);
        }
        catch (ObjectDisposedException)
        {
            // It is gone already, or went before it could answer a second call: that is what was asked for.
        }
    }

    /// <summary>Another throttle from now on, for running jobs too; null leaves a part as it is.</summary>
    /// <param name="bytesPerSecond">Bytes of source a second; 0: no limit.</param>
    /// <param name="percent">Per cent of the time with I/O in flight, 0 to 100; 100: no limit.</param>
    public void SetThrottle(ByteCount? bytesPerSecond, int? percent)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytesPerSecond?.Value ?? 0, nameof(bytesPerSecond));
        ArgumentOutOfRangeException.ThrowIfNegative(percent ?? 0, nameof(percent));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(percent ?? 0, 100, nameof(percent));
        Actor.Tell(new ClientMessage.SetThrottle(bytesPerSecond, percent), ActorRefs.NoSender);
    }

    /// <summary>How the client is.</summary>
    public Task<ClientStatus> GetStatusAsync(CancellationToken cancellationToken = default) =>
        AskAsync<ClientStatus>(new ClientMessage.GetStatus(), cancellationToken);

    /// <summary>Cancels every job, waits for I/O in flight as long as the options say, and stops the actor. Never
    /// throws, never hangs; calling it twice is harmless.</summary>
    public async ValueTask DisposeAsync()
    {
        Tell(new ClientWork.Shutdown());
        await _link.Closed.ConfigureAwait(false);
    }

    internal Task Closed => _link.Closed;

    private async Task CancelOnAcceptanceAsync(ClientTicket ticket)
    {
        try
        {
            var id = await _link.UntilClosed(ticket.Accepted, CancellationToken.None).ConfigureAwait(false);
            Tell(new ClientMessage.CancelJob(id));
        }
        catch (Exception e) when (e is CopyRejectedException or CopyBusyException or ObjectDisposedException)
        {
            // It was not accepted: there is nothing to cancel.
        }
    }

    internal Task<T> AskAsync<T>(ClientMessage message, CancellationToken cancellationToken) =>
        _link.UntilClosed(Actor.Ask<T>(message, null, _link.ClosedToken), cancellationToken);

    internal void Tell(ClientMessage message) => Actor.Tell(message, ActorRefs.NoSender);

    private void Tell(ClientWork message) => Actor.Tell(message, ActorRefs.NoSender);
}
