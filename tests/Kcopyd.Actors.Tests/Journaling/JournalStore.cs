using Akka;
using Akka.Actor;
using Akka.Configuration;
using Kcopyd.Actors.Hosting;
using Kcopyd.Actors.Journaling;
using Kcopyd.Core.Copying;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Actors.Tests.Journaling;

/// <summary>An actor system with a journal of its own, and streams of jobs written to it as runners do.</summary>
internal sealed class JournalStore : IAsyncDisposable
{
    private readonly TempDirectory _directory;

    private JournalStore(TempDirectory directory, Config config)
    {
        _directory = directory;
        var quiet = ConfigurationFactory.ParseString("akka.loglevel = OFF\nakka.stdout-loglevel = OFF");
        System = ActorSystem.Create("journal", quiet.WithFallback(config));
        KcopydSerialization.Register(System);
        Options = new JournalOptions { LockDirectory = directory["locks"] };
    }

    public ActorSystem System { get; }

    public JournalOptions Options { get; }

    /// <summary>The SQLite file.</summary>
    public string File => _directory["journal.db"];

    public string Locks => Options.LockDirectory!;

    public KcopydJournal Journal => new(System, Options);

    /// <summary>A journal in a file that is not there yet.</summary>
    public static JournalStore OnSqlite()
    {
        var directory = new TempDirectory();
        return new JournalStore(directory, JournalConfiguration.Sqlite(directory["journal.db"]));
    }

    /// <summary>A journal in an empty database.</summary>
    public static JournalStore OnPostgres(string connectionString) =>
        new(new TempDirectory(), JournalConfiguration.Postgres(connectionString));

    /// <summary>Appends events to the stream of a job, and saves a snapshot where there is one among them.</summary>
    public async Task WriteAsync(CopyJobId job, params object[] kept)
    {
        var writer = System.ActorOf(Props.Create<StreamWriter>(job, Options));
        foreach (var one in kept)
        {
            await writer.Ask<Done>(one);
        }

        await writer.GracefulStop(TimeSpan.FromSeconds(10));
    }

    public async ValueTask DisposeAsync()
    {
        await System.Terminate();
        _directory.Dispose();
    }
}
