using Akka.Actor;

namespace Kcopyd.Actors.Copying;

/// <summary>Brings the result of a task back to the actor that began it.</summary>
/// <remarks>
/// Decided: a continuation of our own. Because: it runs where the task completed, without a detour through the thread
/// pool, so that a simulation stays in control of the order. Instead of: Akka's PipeTo.
/// </remarks>
internal static class WorkPipe
{
    /// <summary>Tells the result, or <see cref="WorkCrashed"/> for a failure that nobody foresaw.</summary>
    public static async void Pipe<T>(Task<T> task, IActorRef self)
        where T : notnull
    {
        object message;
        try
        {
            message = await task.ConfigureAwait(false);
        }
#pragma warning disable CA1031 // The root of the work: what comes here is a defect, and becomes a crash of the actor.
        catch (Exception e)
#pragma warning restore CA1031
        {
            message = new WorkCrashed(e);
        }

        self.Tell(message, ActorRefs.NoSender);
    }
}
