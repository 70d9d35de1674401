using Akka.Actor;

namespace Kcopyd.Actors.Hosting;

/// <summary>An actor whose constructor lists what it handles, by the exact types of its messages.</summary>
/// <remarks>Decided: a dictionary. Because: Akka's ReceiveActor compiles a matcher when the first of its kind is made,
/// which for thirty types takes longer than the program needs to begin a copy. Instead of: ReceiveActor.</remarks>
internal abstract class HandlingActor : UntypedActor
{
    private readonly Dictionary<Type, Action<object>> _handlers = [];

    /// <summary>Handles messages of a sealed type.</summary>
    protected void Handle<T>(Action<T> handler)
        where T : class => _handlers.Add(typeof(T), message => handler((T)message));

    /// <inheritdoc/>
    protected sealed override void OnReceive(object message)
    {
        if (_handlers.TryGetValue(message.GetType(), out var handler))
        {
            handler(message);
        }
        else
        {
            Unhandled(message);
        }
    }
}
