using Akka.Actor;
using Kcopyd.Actors.Copying;
using Kcopyd.Core.Copying;

namespace Kcopyd.Actors.Tests.Copying;

/// <summary>A client actor in a simulation, and the mailbox of one who talks to it.</summary>
internal sealed class SimulatedClient
{
    private readonly CopySimulation _simulation;
    private readonly IActorRef _me;

    public SimulatedClient(CopySimulation simulation, KcopydClientOptions options)
    {
        _simulation = simulation;
        _me = simulation.System.ActorOf(Props.Create(() => new Listener(this)));
        Actor = simulation.System.ActorOf(ClientActor.Props(options, Link));
    }

    public IActorRef Actor { get; }

    public ClientLink Link { get; } = new();

    /// <summary>Everything that was answered, in order.</summary>
    public List<object> Inbox { get; } = [];

    /// <summary>How many completions came.</summary>
    public int CompletedCount { get; private set; }

    public IEnumerable<CopyCompleted> Completions => Inbox.OfType<CopyCompleted>();

    public ClientStatus Status => Ask<ClientStatus>(new ClientMessage.GetStatus());

    public void Tell(object message) => Actor.Tell(message, _me);

    /// <summary>Tells, and runs until a first answer of this type has come.</summary>
    public T Ask<T>(object message)
    {
        var seen = Inbox.Count;
        Tell(message);
        _simulation.Loop.Run(() => Inbox.Skip(seen).OfType<T>().Any());
        return Inbox.Skip(seen).OfType<T>().First();
    }

    /// <summary>Has a job accepted, and settles.</summary>
    public CopyJobId Start(CopyRequest request, object? context = null)
    {
        var job = Ask<ClientMessage.CopyAccepted>(new ClientMessage.Copy(request, context)).Job;
        _simulation.Settle();
        return job;
    }

    public CopyRejection Rejection(CopyRequest request) =>
        Ask<ClientMessage.CopyRejected>(new ClientMessage.Copy(request)).Rejection;

    public CopyProgress Progress(CopyJobId job) => Ask<CopyProgress>(new ClientMessage.GetProgress(job));

    /// <summary>Runs until the job is over.</summary>
    public CopyCompleted Completion(CopyJobId job)
    {
        _simulation.Loop.Run(() => Completions.Any(completed => completed.Job == job));
        return Assert.Single(Completions, completed => completed.Job == job);
    }

    /// <summary>Runs a job to its end, and checks that it left nothing behind.</summary>
    public CopyCompleted Run(CopyRequest request)
    {
        var completed = Completion(Ask<ClientMessage.CopyAccepted>(new ClientMessage.Copy(request)).Job);
        AssertIdle();
        return completed;
    }

    /// <summary>Every page is back and nobody waits.</summary>
    public void AssertIdle()
    {
        _simulation.Settle();
        var status = Status;
        Assert.Equal((0, 0, 0, 0), (status.TakenPages, status.WaitingSegments, status.QueuedJobs, status.ActiveJobs));
        Assert.True(status.PeakPages <= status.TotalPages, $"{status.PeakPages} of {status.TotalPages} pages");
    }

    private sealed class Listener : UntypedActor
    {
        private readonly SimulatedClient _client;

        public Listener(SimulatedClient client) => _client = client;

        protected override void OnReceive(object message)
        {
            _client.Inbox.Add(message);
            _client.CompletedCount += message is CopyCompleted ? 1 : 0;
        }
    }
}
