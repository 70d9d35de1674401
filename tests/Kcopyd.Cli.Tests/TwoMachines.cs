using System.Text.Json;
using Akka.Actor;
using Kcopyd.Actors.Journaling;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Cli.Tests;

/// <summary>One storage and one journal, reached from two places that share no lock: two loop devices of one name over
/// one file, two names of one SQLite file or one PostgreSQL database, two state directories. Needs root.</summary>
internal sealed class TwoMachines : IDisposable
{
    /// <summary>The name of the job.</summary>
    public const string Job = "job";

    private const int SegmentBytes = 64 << 10;
    private const int SegmentsInFlight = 4;

    private readonly TempDirectory _files = new();
    private readonly ActorSystem _system = ActorSystem.Create("journal-reader");
    private readonly LoopDevice _here;
    private readonly LoopDevice _there;
    private readonly string _journal;

    /// <summary>Makes them.</summary>
    /// <param name="database">The PostgreSQL database of the journal; null: it is a SQLite file.</param>
    public TwoMachines(string? database = null)
    {
        Source = _files.File("source", Length, seed: 3);
        _files.File("disk", Length, seed: 4);
        (_here, _there) = (LoopDevice.Attach(Disk), LoopDevice.Attach(Disk));
        Directory.CreateDirectory(_files["here/locks"]);
        Directory.CreateDirectory(_files["there/locks"]);
        _journal = database ?? _files["here/journal.db"];
    }

    /// <summary>The length of the source.</summary>
    public static int Length => 8 << 20;

    /// <summary>What a run may have in flight at most.</summary>
    public static int InFlightBytes => SegmentsInFlight * SegmentBytes;

    /// <summary>The source.</summary>
    public string Source { get; }

    /// <summary>What is behind both devices.</summary>
    public string Disk => _files["disk"];

    /// <summary>Begins the job here.</summary>
    public RunningProgram StartHere(string interval) => KcopydProgram.Start(
    [
        "copy", Source, _here.Path, "--job", Job, "--direct", "--segment", $"{SegmentBytes}",
        "--in-flight", $"{SegmentsInFlight}", "--rate", "1M", "--checkpoint-interval", interval,
        "--progress", "json", "--json", "--journal", _journal,
    ]);

    /// <summary>Lets the job go on here.</summary>
    public RunningProgram ResumeHere(string rate) => KcopydProgram.Start(Resume(rate, _journal));

    /// <summary>Lets the job go on there.</summary>
    public RunningProgram ResumeThere(string rate) =>
        KcopydProgram.StartElsewhere(
            _files["there"], _here.Path, _there.Path, _files["here/locks"], Resume(rate, _journal));

    /// <summary>What the journal knows, if it is a SQLite file.</summary>
    public JobRecord? Record() => new JournaledJob(_system).Read(_journal, Job);

    /// <summary>The state of the job in the list of jobs.</summary>
    public async Task<string?> StateAsync()
    {
        var result = await KcopydProgram.RunAsync("jobs", "--json", "--journal", _journal);
        result.IsDone();
        using var json = JsonDocument.Parse(result.Output);
        return Assert.Single(json.RootElement.EnumerateArray()).GetProperty("state").GetString();
    }

    /// <summary>Asserts that the storage has the bytes of the source.</summary>
    public void IsCopied() => Assert.Equal(File.ReadAllBytes(Source), File.ReadAllBytes(Disk));

    public void Dispose()
    {
        _here.Dispose();
        _there.Dispose();
        _system.Dispose();
        _files.Dispose();
    }

    private static string[] Resume(string rate, string journal) =>
        ["resume", Job, "--json", "--rate", rate, "--checkpoint-interval", "100ms", "--journal", journal];
}
