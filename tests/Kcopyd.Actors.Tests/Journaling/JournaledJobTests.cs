using Kcopyd.Actors.Copying;
using Kcopyd.Actors.Journaling;
using Kcopyd.Actors.Tests.Copying;
using Kcopyd.Core.Copying;
using static Kcopyd.Actors.Tests.Copying.Devices;

namespace Kcopyd.Actors.Tests.Journaling;

/// <summary>Journaled jobs on a journal that works: what they keep, and how the next run goes on.</summary>
public sealed class JournaledJobTests
{
    private const int Length = 64 * 4096;

    private static readonly KcopydClientOptions Journaled = new()
    {
        Journal = new JournalOptions
        {
            JournalPluginId = "akka.persistence.journal.inmem",
            SnapshotPluginId = "akka.persistence.snapshot-store.inmem",
        },
    };

    [Fact]
    public void Journaled_copy_copies_everything_and_journals_it() => CopySimulation.InManyOrders(simulation =>
    {
        var (source, target) = (Source(Length), Target(Length));
        var client = simulation.Client(Journaled);

        var completed = client.Run(Job("whole", Copy(simulation.On(source), simulation.On(target))));

        AssertGood(completed);
        AssertCopied(target);
        var result = completed.Targets[0];
        Assert.Equal((Length, Length, 0), (result.BytesWritten, result.BytesFlushed, result.BytesKept));
    });

    [Fact]
    public void Cancelled_job_goes_on_where_it_was() => CopySimulation.InManyOrders(simulation =>
    {
        var (source, target) = (Source(Length), Target(Length));
        var client = simulation.Client(Journaled);
        var request = Job("again", Copy(simulation.On(source), simulation.On(target)));
        var job = client.Ask<ClientMessage.CopyAccepted>(new ClientMessage.Copy(request)).Job;
        while (client.Progress(job).Done.Value < Length / 4)
        {
            var end = simulation.Loop.Steps + 10;
            simulation.Loop.Run(() => simulation.Loop.Steps >= end);
        }

        client.Tell(new ClientMessage.CancelJob(job));
        var first = client.Completion(job);
        Assert.Equal(CopyOutcome.Cancelled, first.Outcome);

        var second = simulation.Client(Journaled).Run(request);

        AssertGood(second);
        AssertCopied(target);
        Assert.Equal(first.Targets[0].BytesWritten, second.Targets[0].BytesKept);
        Assert.Equal(Length, second.Targets[0].BytesWritten + second.Targets[0].BytesKept);
    });

    private static CopyRequest Job(string name, CopyRequest request) =>
        request with { Name = name, Journaling = JobJournaling.Default };
}
