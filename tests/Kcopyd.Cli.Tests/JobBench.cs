using System.Text.Json;
using Kcopyd.Tests.Shared;
using Microsoft.Data.Sqlite;

namespace Kcopyd.Cli.Tests;

/// <summary>Journaled copies for tests: files, a journal of their own, and a copy that is stopped when its journal says
/// so, never by a clock.</summary>
internal sealed class JobBench : IDisposable
{
    /// <summary>Two seconds at the rate below.</summary>
    public const int Length = 8 << 20;

    /// <summary>What a stopped copy has journaled at least.</summary>
    public const int Journaled = 1 << 20;

    private const string Rate = "4M";

    private readonly TempDirectory _files = new();

    public JobBench() => Source = _files.File("source", Length, seed: 1);

    /// <summary>The source of the copies.</summary>
    public string Source { get; }

    /// <summary>The journal: not there before the first copy.</summary>
    public string Journal => _files["state/journal.db"];

    /// <summary>A path.</summary>
    public string this[string name] => _files[name];

    /// <summary>Makes a file.</summary>
    public string File(string name, int length, int seed) => _files.File(name, length, seed);

    /// <summary>Starts a copy that takes seconds.</summary>
    public RunningProgram StartSlowly(params string[] words) => StartAt(Rate, words);

    /// <summary>Starts a copy that does not end while a test does other things.</summary>
    public RunningProgram StartEndless(params string[] words) => StartAt("600K", words);

    private RunningProgram StartAt(string rate, string[] words) => KcopydProgram.Start(
    [
        "copy", .. words, "--journal", Journal, "--rate", rate, "--segment", "64K", "--progress", "json",
        "--checkpoint-interval", "100ms",
    ]);

    /// <summary>Starts a copy, and kills it when enough is journaled.</summary>
    /// <returns>What was journaled at least.</returns>
    public async Task<long> KillMidwayAsync(params string[] words)
    {
        using var running = StartSlowly(words);
        var journaled = await UntilJournaledAsync(running);
        running.Signal("KILL");
        await running.EndAsync();
        return journaled;
    }

    /// <summary>Waits until every target of a copy has enough in the journal.</summary>
    public static async Task<long> UntilJournaledAsync(RunningProgram running)
    {
        while (true)
        {
            var line = await running.NextErrorLineAsync();
            Assert.True(line.StartsWith('{'), line);
            using var progress = JsonDocument.Parse(line);
            var least = progress.RootElement.GetProperty("targets").EnumerateArray().Min(target =>
                target.TryGetProperty("bytesJournaled", out var bytes) ? bytes.GetInt64() : 0);
            if (least >= Journaled)
            {
                return least;
            }
        }
    }

    /// <summary>Runs a command to its end with the journal.</summary>
    public Task<ProgramResult> RunAsync(params string[] words) =>
        KcopydProgram.RunAsync([.. words, "--journal", Journal]);

    /// <summary>The jobs of the journal.</summary>
    public async Task<IReadOnlyList<JsonElement>> JobsAsync()
    {
        if (!System.IO.File.Exists(Journal))
        {
            // A copy that was killed at once made none.
            return [];
        }

        var result = await RunAsync("jobs", "--json", "--all");
        result.IsDone();
        using var json = JsonDocument.Parse(result.Output);
        return [.. json.RootElement.Clone().EnumerateArray()];
    }

    /// <summary>The one job of the journal.</summary>
    public async Task<JsonElement> JobAsync() => Assert.Single(await JobsAsync());

    /// <summary>Leaves a journal as its last user does who has the time: in one file.</summary>
    public static void Tidy(string journal)
    {
        using (var connection = new SqliteConnection($"Data Source={journal};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)";
            command.ExecuteNonQuery();
        }

        Assert.False(System.IO.File.Exists($"{journal}-shm"), "The journal is in use.");
    }

    /// <summary>Takes the journal for itself, so that nobody else writes to it, until it is disposed.</summary>
    public SqliteConnection LockJournal()
    {
        var connection = new SqliteConnection($"Data Source={Journal};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "BEGIN EXCLUSIVE";
        command.ExecuteNonQuery();
        return connection;
    }

    /// <summary>Asserts that a file has the bytes of the source.</summary>
    public void IsCopy(string target) => Assert.Equal(
        System.IO.File.ReadAllBytes(Source), System.IO.File.ReadAllBytes(target));

    public void Dispose() => _files.Dispose();
}
