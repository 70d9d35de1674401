using Akka.Actor;

namespace Akka.Persistence.Internal;

/// <summary>The stash that a persistent actor sees. What it unstashes goes before the commands that wait for a
/// persist.</summary>
internal sealed class UserStash(CommandStash commands, Func<bool> isCommand) : IStash
{
    private List<Envelope> _stashed = [];
    private int? _lastTurn;

    /// <inheritdoc/>
    /// <exception cref="IllegalActorStateException">It is stashed already, or it is no command but the outcome of a
    /// persist or an event of the past.</exception>
    public void Stash()
    {
        var current = commands.Current();
        if (!isCommand())
        {
            throw new IllegalActorStateException("Only a command can be stashed, not in the handler of an event.");
        }

        if (_lastTurn == commands.TurnId)
        {
            throw new IllegalActorStateException($"The message is stashed already: {current.Message}");
        }

        _lastTurn = commands.TurnId;
        _stashed.Add(current);
    }

    /// <inheritdoc/>
    public void Unstash() => Move(1);

    /// <inheritdoc/>
    public void UnstashAll() => Move(_stashed.Count);

    /// <inheritdoc/>
    public void UnstashAll(Func<Envelope, bool> predicate)
    {
        commands.Prepend([.. _stashed.Where(predicate)]);
        _stashed = [];
    }

    /// <inheritdoc/>
    public IEnumerable<Envelope> ClearStash()
    {
        var stashed = _stashed;
        _stashed = [];
        return stashed;
    }

    /// <inheritdoc/>
    public void Prepend(IEnumerable<Envelope> envelopes) => _stashed.InsertRange(0, envelopes);

    private void Move(int count)
    {
        commands.Prepend([.. _stashed.Take(count)]);
        _stashed.RemoveRange(0, Math.Min(count, _stashed.Count));
    }
}
