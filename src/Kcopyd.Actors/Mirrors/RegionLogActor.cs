using Akka.Actor;
using Kcopyd.Actors.Journaling;

namespace Kcopyd.Actors.Mirrors;

/// <summary>Has the stream of a mirror's log open, and answers the tasks that wait for it: each of them, whatever
/// becomes of the stream.</summary>
/// <remarks>Once the stream was lost every append fails; the log makes another actor then, which reads what really
/// happened. A crash of it does the same.</remarks>
internal sealed class RegionLogActor(
    string name, JournalOptions options, TaskCompletionSource<RegionEvent.Whole?> opened) : UntypedActor
{
    private IActorRef _stream = ActorRefs.Nobody;
    private TaskCompletionSource? _done;
    private ICancelable? _overdue;
    private string? _failure;
    private long _question;

    /// <inheritdoc/>
    protected override void PreStart()
    {
        _stream = Context.ActorOf(Props.Create<RegionStreamActor>(name, options));
        Context.WatchWith(_stream, new RegionLogMessage.Lost("could not be used: its actor stopped"));
        AwaitAnswer();
    }

    /// <inheritdoc/>
    protected override SupervisorStrategy SupervisorStrategy() => Akka.Actor.SupervisorStrategy.StoppingStrategy;

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case RegionLogMessage.Append m:
                OnAppend(m);
                break;
            case RegionLogMessage.Recovered m:
                EndAnswer();
                Context.Dispatcher.Schedule(() => opened.TrySetResult(m.State));
                break;
            case RegionLogMessage.Appended when _done is { } done:
                EndAnswer();
                _done = null;
                Context.Dispatcher.Schedule(() => done.TrySetResult());
                break;
            case RegionLogMessage.Lost m:
                OnLost(m.Reason);
                break;
            case RegionLogMessage.AnswerOverdue m when m.Number == _question:
                Context.Stop(_stream);
                OnLost($"has not answered for {JournalLine.AnswerTimeout.TotalSeconds:F0} s");
                break;
            default:
                // An answer that came too late.
                break;
        }
    }

    /// <inheritdoc/>
    protected override void PostStop()
    {
        EndAnswer();
        var stopped = Exception("could not be used: its actor stopped");
        opened.TrySetException(stopped);
        _done?.TrySetException(stopped);
        base.PostStop();
    }

    private void OnAppend(RegionLogMessage.Append message)
    {
        var done = message.Done;
        if (_failure is { } failure)
        {
            Context.Dispatcher.Schedule(() => done.TrySetException(Exception(failure)));
            return;
        }

        _done = done;
        _stream.Tell(message.Event, Self);
        AwaitAnswer();
    }

    /// <summary>The first reason counts: that the stream stopped follows from it.</summary>
    private void OnLost(string reason)
    {
        if (_failure is not null)
        {
            return;
        }

        _failure = reason;
        EndAnswer();
        var (done, lost) = (_done, Exception(reason));
        _done = null;
        Context.Dispatcher.Schedule(() =>
        {
            opened.TrySetException(lost);
            done?.TrySetException(lost);
        });
    }

    private void AwaitAnswer() => _overdue = Context.System.Scheduler.ScheduleTellOnceCancelable(
        JournalLine.AnswerTimeout, Self, new RegionLogMessage.AnswerOverdue(++_question), ActorRefs.NoSender);

    private void EndAnswer()
    {
        _question++;
        _overdue?.Cancel();
    }

    private MirrorLogException Exception(string reason) => new($"The journal log {name} {reason}");
}
