namespace Akka.Persistence.Internal;

/// <summary>Handlers in the order in which they are tried.</summary>
internal sealed class MessageHandlers
{
    private readonly List<Func<object, bool>> _handlers = [];

    public void Add<T>(Action<T> handler, Predicate<T>? shouldHandle) => Add<T>(message =>
    {
        if (shouldHandle is not null && !shouldHandle(message))
        {
            return false;
        }

        handler(message);
        return true;
    });

    public void Add(Type type, Action<object> handler, Predicate<object>? shouldHandle) =>
        Add(handler, message => type.IsInstanceOfType(message) && shouldHandle?.Invoke(message) != false);

    public void Add<T>(Func<T, bool> handler) =>
        _handlers.Add(message => message is T typed && handler(typed));

    public bool TryHandle(object message)
    {
        foreach (var handler in _handlers)
        {
            if (handler(message))
            {
                return true;
            }
        }

        return false;
    }
}
