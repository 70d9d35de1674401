using Akka.Actor;

namespace Akka.Bundled.Writer;

/// <summary>Sends a request to a store and collects the answers until they are complete.</summary>
public sealed class Conversation : UntypedActor
{
    /// <summary>Nothing here takes seconds on a quiet machine, but for locks that are waited for.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    private readonly List<object> _answers = [];
    private readonly Func<IReadOnlyList<object>, bool> _isComplete;
    private readonly TaskCompletionSource<IReadOnlyList<object>> _all;

    public Conversation(
        Func<IReadOnlyList<object>, bool> isComplete, TaskCompletionSource<IReadOnlyList<object>> all)
    {
        _isComplete = isComplete;
        _all = all;
    }

    /// <summary>Holds one.</summary>
    /// <param name="system">Where.</param>
    /// <param name="store">With whom.</param>
    /// <param name="request">What to ask, for an actor that gets the answers.</param>
    /// <param name="isComplete">Whether these are all answers.</param>
    public static async Task<IReadOnlyList<object>> HoldAsync(
        ActorSystem system,
        IActorRef store,
        Func<IActorRef, object> request,
        Func<IReadOnlyList<object>, bool> isComplete)
    {
        var all = new TaskCompletionSource<IReadOnlyList<object>>(TaskCreationOptions.RunContinuationsAsynchronously);
        var self = system.ActorOf(Props.Create(() => new Conversation(isComplete, all)));
        store.Tell(request(self), self);
        return await all.Task.WaitAsync(Bound);
    }

    protected override void OnReceive(object message)
    {
        _answers.Add(message);
        if (_isComplete(_answers))
        {
            _all.TrySetResult(_answers);
            Context.Stop(Self);
        }
    }
}
