using System.Collections.Immutable;
using Akka.Actor;
using Akka.Configuration;
using Akka.Persistence;
using Akka.Persistence.Journal;
using Kcopyd.Actors.TestKit.Simulation;

namespace Kcopyd.Actors.TestKit.Tests;

public sealed class SimulatedPersistenceTests : IDisposable
{
    private const int Actors = 5;
    private const int Events = 12;

    private static int _lives;

    private readonly SimulatedActorSystem _simulation = SimulatedActorSystem.Create(0, ConfigurationFactory.ParseString(
        """
        akka.persistence.journal.plugin = "akka.persistence.journal.inmem"
        akka.persistence.snapshot-store.plugin = "akka.persistence.snapshot-store.inmem"
        akka.persistence.max-concurrent-recoveries = 2
        latent.class = "LATENT"
        """.Replace("LATENT", typeof(LatentJournal).AssemblyQualifiedName, StringComparison.Ordinal)));

    public SimulatedPersistenceTests()
    {
        Persistence.Instance.Apply(_simulation.System).JournalFor("latent").Tell(_simulation.Loop);
    }

    public void Dispose() => _simulation.Dispose();

    [Fact]
    public void Persistent_actors_persist_restart_and_recover_on_the_loop()
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var all = string.Join(",", Enumerable.Range(0, Events));
            Assert.All(Run(seed).Ended, item => Assert.Equal(all, item.State));
        }
    }

    [Fact]
    public void Same_seed_is_the_same_run()
    {
        Run(1);
        var first = Run(7);
        Run(8);
        var second = Run(7);

        Assert.Equal(first.Hash, second.Hash);
        Assert.Equal(first.Ended, second.Ended);
        Assert.NotEqual(first.Hash, Run(9).Hash);
    }

    [Fact]
    public void Persisting_takes_no_virtual_time()
    {
        Run(3);

        Assert.Equal(TimeSpan.Zero, _simulation.Loop.Now);
    }

    [Fact]
    public void Journal_that_takes_virtual_time_is_answered_on_the_loop()
    {
        // The first run starts the plug-ins, which takes steps of its own.
        Run(0, "latent");
        for (var seed = 0; seed < 20; seed++)
        {
            var all = string.Join(",", Enumerable.Range(0, Events));
            var first = Run(seed, "latent");

            Assert.All(first.Ended, item => Assert.Equal(all, item.State));
            Assert.InRange(_simulation.Loop.Now, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(5));
            Assert.Equal(first.Hash, Run(seed, "latent").Hash);
        }
    }

    private (ulong Hash, List<(string Name, string State)> Ended) Run(int seed, string journal = "")
    {
        _simulation.Reseed(seed);
        var life = Interlocked.Increment(ref _lives);
        var ended = new List<(string Name, string State)>();
        for (var index = 0; index < Actors; index++)
        {
            var id = $"life-{life}-{index}";
            var props = Props.Create(() => new Numbers(id, journal, ended));
            var actor = _simulation.System.ActorOf(props, $"actor-{index}");
            for (var number = 0; number < Events; number++)
            {
                actor.Tell(number);
            }

            actor.Tell("end");
        }

        _simulation.Loop.Run(() => ended.Count == Actors);
        _simulation.Loop.RunUntilIdle();
        return (_simulation.Loop.TraceHash, ended);
    }

    /// <summary>Persists each number that it has not, and fails and saves snapshots on the way.</summary>
    private sealed class Numbers : ReceivePersistentActor
    {
        private readonly List<(string Name, string State)> _ended;
        private List<int> _state = [];

        public Numbers(string id, string journal, List<(string Name, string State)> ended)
        {
            PersistenceId = id;
            JournalPluginId = journal;
            _ended = ended;
            Recover<SnapshotOffer>(offer => _state = [.. (int[])offer.Snapshot]);
            Recover<int>(number => _state.Add(number));
            Recover<RecoveryCompleted>(_ => { });
            Command<int>(Persist);
            Command<SaveSnapshotSuccess>(_ => { });
            Command<string>(_ => Defer("end", _ => _ended.Add((Self.Path.Name, string.Join(",", _state)))));
        }

        public override string PersistenceId { get; }

        private void Persist(int number) => Persist(number, written =>
        {
            if (written == 4)
            {
                throw new InvalidOperationException("The supervisor restarts the actor, which recovers the event.");
            }

            _state.Add(written);
            if (written == 6)
            {
                SaveSnapshot(_state.ToArray());
            }
        });
    }

    /// <summary>A memory journal whose calls take up to 20 ms of virtual time.</summary>
    private sealed class LatentJournal : MemoryJournal
    {
        private SimulationLoop? _loop;

        public override async Task ReplayMessagesAsync(
            IActorContext context,
            string persistenceId,
            long fromSequenceNr,
            long toSequenceNr,
            long max,
            Action<IPersistentRepresentation> recoveryCallback)
        {
            await LatencyAsync();
            await base.ReplayMessagesAsync(
                context, persistenceId, fromSequenceNr, toSequenceNr, max, recoveryCallback);
        }

        protected override async Task<IImmutableList<Exception?>?> WriteMessagesAsync(IEnumerable<AtomicWrite> messages)
        {
            await LatencyAsync();
            return await base.WriteMessagesAsync(messages);
        }

        protected override bool ReceivePluginInternal(object message)
        {
            _loop = (SimulationLoop)message;
            return true;
        }

        private Task LatencyAsync() => _loop!.DelayAsync(TimeSpan.FromMilliseconds(_loop.Choose(20)));
    }
}
