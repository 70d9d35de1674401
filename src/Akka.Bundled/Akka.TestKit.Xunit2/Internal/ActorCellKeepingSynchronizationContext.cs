using Akka.Actor;
using Akka.Actor.Internal;

namespace Akka.TestKit.Internal;

/// <summary>Makes an actor cell the current one, and so its actor the implicit sender, after every await of a
/// test.</summary>
/// <remarks>
/// Work goes where it would have gone without this context (<paramref name="inner"/>, or the thread pool); only the
/// two thread-bound values are set around it and put back afterwards.
/// </remarks>
/// <param name="cell">The cell of the test actor.</param>
/// <param name="inner">The context that was current before, or null.</param>
internal sealed class ActorCellKeepingSynchronizationContext(ActorCell cell, SynchronizationContext? inner)
    : SynchronizationContext
{
    /// <summary>The cell that this context keeps.</summary>
    public ActorCell Cell => cell;

    /// <summary>The context that was current before this one was installed.</summary>
    public SynchronizationContext? Inner => inner;

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (inner is null)
        {
            ThreadPool.QueueUserWorkItem(work => Run(work.d, work.state), (d, state), preferLocal: false);
        }
        else
        {
            inner.Post(_ => Run(d, state), null);
        }
    }

    public override void Send(SendOrPostCallback d, object? state) => Run(d, state);

    public override SynchronizationContext CreateCopy() => this;

    public override void OperationStarted() => inner?.OperationStarted();

    public override void OperationCompleted() => inner?.OperationCompleted();

    private void Run(SendOrPostCallback callback, object? state)
    {
        var previousCell = InternalCurrentActorCellKeeper.Current;
        var previousContext = Current;
        InternalCurrentActorCellKeeper.Current = cell;
        SetSynchronizationContext(this);
        try
        {
            callback(state);
        }
        finally
        {
            SetSynchronizationContext(previousContext);
            InternalCurrentActorCellKeeper.Current = previousCell;
        }
    }
}
