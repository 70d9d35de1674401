using Akka.Actor;
using Kcopyd.Actors.Copying;

namespace EmbeddedCopy;

/// <summary>An actor that has something copied: accepted first, completed later, both as messages.</summary>
internal sealed class CopyingActor : ReceiveActor
{
    public CopyingActor(IActorRef client, CopyRequest request, TaskCompletionSource<CopyCompleted> copied)
    {
        Receive<ClientMessage.CopyAccepted>(accepted => Console.WriteLine($"  {accepted.Job} was accepted"));
        Receive<ClientMessage.CopyRejected>(
            rejected => copied.SetException(new CopyRejectedException(rejected.Rejection)));
        Receive<CopyCompleted>(copied.SetResult);
        client.Tell(new ClientMessage.Copy(request));
    }
}
