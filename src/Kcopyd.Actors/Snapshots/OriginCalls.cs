using Akka.Actor;
using Akka.Dispatch;
using Kcopyd.Actors.Hosting;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Snapshots;

/// <summary>Calls and questions of a device to the actor of its origin.</summary>
/// <param name="Actor">The actor.</param>
/// <param name="Calls">The calls of the device that are not over.</param>
/// <param name="System">Where the actor lives.</param>
internal sealed record OriginCalls(IActorRef Actor, CallLink Calls, ActorSystem System)
{
    /// <summary>What callers go on through.</summary>
    public MessageDispatcher Dispatcher { get; } = CopyDispatchers.Of(System);

    /// <summary>Completes when the actor has settled a call.</summary>
    /// <exception cref="DeviceException">It failed.</exception>
    public async ValueTask SubmitAsync(OriginRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Calls.Add(request.End, request.Operation);

        // First, so that giving it up never overtakes it.
        Tell(new OriginWork.Submit(request));
        var registration = cancellationToken.UnsafeRegister(
            (state, token) => Tell(new OriginWork.Withdraw((OriginRequest)state!, token)), request);
        await using (registration.ConfigureAwait(false))
        {
            var failure = await request.End.Done.ConfigureAwait(false);
            Calls.Remove(request.End);
            if (failure is not null)
            {
                throw failure;
            }
        }
    }

    /// <summary>An answer of the actor.</summary>
    /// <exception cref="ObjectDisposedException">The device is closed.</exception>
    public Task<T> AskAsync<T>(Func<Answer<T>, OriginWork> question, CancellationToken cancellationToken)
    {
        var answer = new Answer<T>(Dispatcher);
        Tell(question(answer));
        return Calls.UntilClosed(answer.Task, cancellationToken);
    }

    public void Tell(OriginWork message) => Actor.Tell(message, ActorRefs.NoSender);
}
