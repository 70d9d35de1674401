using Akka.Actor;

namespace Kcopyd.Actors.Journaling;

/// <summary>Parent of an actor that does one thing for a waiting task, so that the task hears of its end however that
/// comes: also where it could not even be made.</summary>
internal sealed class JournalErrandActor : UntypedActor
{
    private readonly Props _errand;
    private readonly Action<JournalException> _fail;

    /// <summary>Has an errand done.</summary>
    /// <param name="errand">Stops when it is done.</param>
    /// <param name="fail">Told that it will not be done; does nothing if it was.</param>
    public JournalErrandActor(Props errand, Action<JournalException> fail)
    {
        _errand = errand;
        _fail = fail;
    }

    /// <inheritdoc/>
    protected override void PreStart() => Context.Watch(Context.ActorOf(_errand));

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        if (message is Terminated)
        {
            Context.Stop(Self);
        }
    }

    /// <inheritdoc/>
    protected override void PostStop()
    {
        _fail(new JournalException(
            "The journal of the job could not be used: its plug-in cannot be made, or its system has ended."));
        base.PostStop();
    }
}
