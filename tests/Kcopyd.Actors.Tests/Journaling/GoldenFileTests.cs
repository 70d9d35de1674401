using System.Runtime.CompilerServices;
using Akka.Actor;
using Kcopyd.Actors.Journaling;

namespace Kcopyd.Actors.Tests.Journaling;

/// <summary>What version 1 wrote is read by this one, and this one writes the same bytes.</summary>
/// <remarks>
/// The files in <c>Golden</c> were written by the first build that had a journal. They are never changed: a new form of
/// an entry gets a manifest and a file of its own. <c>KCOPYD_WRITE_GOLDEN=1</c> writes those that are missing; the next
/// build takes them.
/// </remarks>
public sealed class GoldenFileTests : IAsyncLifetime
{
    private readonly ActorSystem _system = ActorSystem.Create("golden", "akka.loglevel = ERROR");

    [Fact]
    public void Created_is_what_it_was() => Check("created-1", Golden.Created, JobText.Of(Golden.Created));

    [Fact]
    public void Run_started_is_what_it_was() =>
        Check("run-started-1", Golden.RunStarted, JobText.Of(Golden.RunStarted));

    [Fact]
    public void Checkpoint_is_what_it_was() => Check("checkpoint-1", Golden.Checkpoint, JobText.Of(Golden.Checkpoint));

    [Fact]
    public void Run_ended_is_what_it_was() => Check("run-ended-1", Golden.RunEnded, JobText.Of(Golden.RunEnded));

    [Fact]
    public void Withdrawn_is_what_it_was() => Check("withdrawn-1", Golden.Withdrawn, JobText.Of(Golden.Withdrawn));

    [Fact]
    public void Snapshot_is_what_it_was() => Check("snapshot-1", Golden.Snapshot, JobText.Of(Golden.Snapshot));

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _system.Terminate();

    private static string Source([CallerFilePath] string file = "") =>
        Path.Combine(Path.GetDirectoryName(file)!, "Golden");

    private void Check(string name, object kept, string text)
    {
        var serializer = new JobEventSerializer((ExtendedActorSystem)_system);
        var written = serializer.ToBinary(kept);
        var source = Path.Combine(Source(), name + ".bin");
        if (Environment.GetEnvironmentVariable("KCOPYD_WRITE_GOLDEN") == "1" && !File.Exists(source))
        {
            File.WriteAllBytes(source, written);
        }

        var golden = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Journaling", "Golden", name + ".bin"));
        var read = serializer.FromBinary(golden, serializer.Manifest(kept));
        Assert.Equal(text, read is JobSnapshot snapshot ? JobText.Of(snapshot) : JobText.Of((JobEvent)read));
        Assert.Equal(Convert.ToHexString(golden), Convert.ToHexString(written));
    }
}
