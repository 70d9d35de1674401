using Akka.Actor;
using Akka.Persistence.Internal;

namespace Akka.Persistence;

/// <summary>A persistent actor that lists its handlers by the type of message.</summary>
/// <remarks>
/// Handlers are listed in the constructor, those of commands also in a method given to Become. They are tried in the
/// order in which they are listed. Left out: the asynchronous ones.
/// </remarks>
public abstract class ReceivePersistentActor : UntypedPersistentActor
{
    private readonly MessageHandlers _recovery = new();
    private readonly MessageHandlers _commands = new();
    private MessageHandlers? _listing;
    private bool _started;

    /// <summary>An actor whose constructor may list handlers.</summary>
    protected ReceivePersistentActor()
    {
        _listing = _commands;
    }

    /// <inheritdoc/>
    public override void AroundPreStart()
    {
        EndListing();
        base.AroundPreStart();
    }

    /// <inheritdoc/>
    public override void AroundPostRestart(Exception cause, object message)
    {
        EndListing();
        base.AroundPostRestart(cause, message);
    }

    /// <inheritdoc/>
    protected sealed override void OnCommand(object message) => Handle(_commands, message);

    /// <inheritdoc/>
    protected sealed override void OnRecover(object message) => Handle(_recovery, message);

    /// <summary>Makes the handlers that a method lists those of commands.</summary>
    protected void Become(Action configure) => Become(Listed(configure));

    /// <summary>Makes the handlers that a method lists those of commands until UnbecomeStacked.</summary>
    protected void BecomeStacked(Action configure) => BecomeStacked(Listed(configure));

    /// <summary>Lists a handler of events of the past.</summary>
    protected void Recover<T>(Action<T> handler, Predicate<T>? shouldHandle = null) =>
        RecoveryListing().Add(handler, shouldHandle);

    /// <inheritdoc cref="Recover{T}(Action{T}, Predicate{T})"/>
    protected void Recover<T>(Predicate<T> shouldHandle, Action<T> handler) => Recover(handler, shouldHandle);

    /// <inheritdoc cref="Recover{T}(Action{T}, Predicate{T})"/>
    protected void Recover(Type messageType, Action<object> handler, Predicate<object>? shouldHandle = null) =>
        RecoveryListing().Add(messageType, handler, shouldHandle);

    /// <summary>Lists a handler of events of the past that says whether it took the event.</summary>
    protected void Recover<T>(Func<T, bool> handler) => RecoveryListing().Add(handler);

    /// <summary>Lists a handler of every event of the past that none before it took.</summary>
    protected void RecoverAny(Action<object> handler) => Recover(handler);

    /// <summary>Lists a handler of commands.</summary>
    protected void Command<T>(Action<T> handler, Predicate<T>? shouldHandle = null) =>
        CommandListing().Add(handler, shouldHandle);

    /// <inheritdoc cref="Command{T}(Action{T}, Predicate{T})"/>
    protected void Command<T>(Predicate<T> shouldHandle, Action<T> handler) => Command(handler, shouldHandle);

    /// <inheritdoc cref="Command{T}(Action{T}, Predicate{T})"/>
    protected void Command(Type messageType, Action<object> handler, Predicate<object>? shouldHandle = null) =>
        CommandListing().Add(messageType, handler, shouldHandle);

    /// <summary>Lists a handler of commands that says whether it took the command.</summary>
    protected void Command<T>(Func<T, bool> handler) => CommandListing().Add(handler);

    /// <summary>Lists a handler of every command that none before it took.</summary>
    protected void CommandAny(Action<object> handler) => Command(handler);

    private void EndListing()
    {
        _listing = null;
        _started = true;
    }

    private MessageHandlers CommandListing() => _listing ?? throw new InvalidOperationException(
        "Handlers of commands are listed in the constructor or in a method given to Become.");

    private MessageHandlers RecoveryListing() => !_started
        ? _recovery
        : throw new InvalidOperationException("Handlers of events of the past are listed in the constructor.");

    private UntypedReceive Listed(Action configure)
    {
        var outer = _listing;
        var handlers = new MessageHandlers();
        _listing = handlers;
        try
        {
            configure();
        }
        finally
        {
            _listing = outer;
        }

        return message => Handle(handlers, message);
    }

    private void Handle(MessageHandlers handlers, object message)
    {
        if (!handlers.TryHandle(message))
        {
            Unhandled(message);
        }
    }
}
