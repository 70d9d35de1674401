using Akka.Actor;
using Microsoft.Extensions.Logging;

namespace Kcopyd.Actors.Copying;

/// <summary>Delivers the completions of one client, one after the other, so that callbacks never overlap and hold up
/// nothing else.</summary>
/// <remarks>A callback that fails is logged and counts as returned. A crash of this actor loses nothing but that
/// callback.</remarks>
internal sealed class CompletionActor(ILogger logger) : UntypedActor
{
    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        if (message is Deliver deliver)
        {
            OnDeliver(deliver);
        }
        else
        {
            Unhandled(message);
        }
    }

    private void OnDeliver(Deliver message)
    {
        try
        {
            message.Requester.Callback?.Invoke(message.Completed);
        }
#pragma warning disable CA1031 // The callback is not ours: what it throws must not take the completions with it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            CopyLog.CallbackFailed(logger, e, message.Completed.Job);
        }

        message.Requester.Complete(message.Completed, Context.Parent);
        Context.Parent.Tell(new ClientWork.Delivered(message.Number));
    }

    /// <summary>Command: deliver a completion to whoever waits for it.</summary>
    /// <param name="Number">The job's number within the client.</param>
    /// <param name="Completed">Its completion.</param>
    /// <param name="Requester">Who waits.</param>
    internal sealed record Deliver(long Number, CopyCompleted Completed, Requester Requester)
        : INoSerializationVerificationNeeded;
}
