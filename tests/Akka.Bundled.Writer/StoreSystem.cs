using System.Collections.Immutable;
using Akka.Actor;
using Akka.Configuration;
using Akka.Persistence;
using Akka.Persistence.Sql;

namespace Akka.Bundled.Writer;

/// <summary>An actor system with the SQL journal and snapshot store on a database, spoken to as persistent actors
/// do.</summary>
public sealed class StoreSystem : IAsyncDisposable
{
    private StoreSystem(ActorSystem system)
    {
        System = system;
        var persistence = Persistence.Persistence.Instance.Apply(system);
        Journal = persistence.JournalFor(SqlPersistence.JournalConfigPath);
        Snapshots = persistence.SnapshotStoreFor(SqlPersistence.SnapshotStoreConfigPath);
    }

    public ActorSystem System { get; }

    public IActorRef Journal { get; }

    public IActorRef Snapshots { get; }

    /// <summary>Starts one.</summary>
    /// <param name="providerName">Which kind of database.</param>
    /// <param name="connectionString">Which database.</param>
    /// <param name="journal">Further settings of the journal.</param>
    public static StoreSystem Start(string providerName, string connectionString, string journal = "") =>
        new(ActorSystem.Create("stores", ConfigurationFactory.ParseString($$"""
            akka.loglevel = ERROR
            akka.stdout-loglevel = OFF
            akka.persistence.journal.plugin = "akka.persistence.journal.sql"
            akka.persistence.snapshot-store.plugin = "akka.persistence.snapshot-store.sql"
            akka.persistence.journal.sql {
              provider-name = "{{providerName}}"
              connection-string = "{{connectionString}}"
              {{journal}}
            }
            akka.persistence.snapshot-store.sql {
              provider-name = "{{providerName}}"
              connection-string = "{{connectionString}}"
            }
            """).WithFallback(SqlPersistence.DefaultConfiguration)));

    /// <summary>Persists events of one stream in one transaction.</summary>
    /// <returns>The answers: one for the request, then one for each event.</returns>
    public Task<IReadOnlyList<object>> WriteAsync(string id, long from, params object[] events) =>
        WriteAsync(new AtomicWrite(events
            .Select((payload, i) => (IPersistentRepresentation)new Persistent(payload, from + i, id, writerGuid: "w"))
            .ToImmutableList()));

    /// <summary>Sends atomic writes in one request.</summary>
    public Task<IReadOnlyList<object>> WriteAsync(params AtomicWrite[] writes) => Conversation.HoldAsync(
        System,
        Journal,
        self => new WriteMessages(writes, self, 1),
        answers => answers.Count == 1 + writes.Sum(write => write.Size));

    /// <summary>Persists and expects that it succeeds.</summary>
    public async Task WriteAllAsync(string id, long from, params object[] events)
    {
        var answers = await WriteAsync(id, from, events);
        var failure = answers.OfType<WriteMessagesFailed>().FirstOrDefault()?.Cause
            ?? answers.OfType<WriteMessageRejected>().FirstOrDefault()?.Cause;
        if (failure is not null)
        {
            throw new InvalidOperationException($"{id} {from}: {failure.Message}", failure);
        }
    }

    /// <summary>Recovers a stream.</summary>
    /// <returns>The answers: events, then the end.</returns>
    public Task<IReadOnlyList<object>> ReplayAsync(
        string id, long from = 1, long to = long.MaxValue, long max = long.MaxValue) => Conversation.HoldAsync(
            System,
            Journal,
            self => new ReplayMessages(from, to, max, id, self),
            answers => answers[^1] is RecoverySuccess or ReplayMessagesFailure);

    /// <summary>Recovers a stream: the events as number and payload, and the highest number.</summary>
    public async Task<(IReadOnlyList<string> Events, long Highest)> ReadAsync(
        string id, long from = 1, long to = long.MaxValue, long max = long.MaxValue)
    {
        var answers = await ReplayAsync(id, from, to, max);
        var events = answers.OfType<ReplayedMessage>()
            .Select(answer => $"{answer.Persistent.SequenceNr}:{answer.Persistent.Payload}");
        return answers[^1] is RecoverySuccess success
            ? ([.. events], success.HighestSequenceNr)
            : throw new InvalidOperationException("The recovery failed.", ((ReplayMessagesFailure)answers[^1]).Cause);
    }

    /// <summary>Deletes a stream up to a number.</summary>
    public async Task<object> DeleteAsync(string id, long to) => (await Conversation.HoldAsync(
        System, Journal, self => new DeleteMessagesTo(id, to, self), answers => answers.Count == 1))[0];

    /// <summary>Asks the snapshot store.</summary>
    public async Task<object> AskSnapshotsAsync(object request) =>
        (await Conversation.HoldAsync(System, Snapshots, _ => request, answers => answers.Count == 1))[0];

    /// <summary>Waits until the journal has taken what was sent to it before.</summary>
    public Task TakenAsync() => Journal.Ask<ActorIdentity>(new Identify(null));

    public async ValueTask DisposeAsync()
    {
        await System.Terminate();
        System.Dispose();
    }
}
