using Akka.Actor;
using Akka.Configuration;
using JournaledCopy;
using Kcopyd.Actors.Copying;
using Kcopyd.Actors.Journaling;
using Kcopyd.Core;
using Kcopyd.Core.Copying;

using var files = new SampleFiles(64.MiB);
var options = new KcopydClientOptions
{
    PageBudget = 8.MiB,
    Journal = new JournalOptions
    {
        Interval = TimeSpan.FromMilliseconds(200),
        LockDirectory = files.PathOf("locks"),
    },
};

// 1. A node begins a copy and is stopped when a quarter is in the journal. A node that is killed leaves the same
//    behind, but for the last checkpoint.
var first = await RunAsync(isStopped: true);
Console.WriteLine($"first run:  {first.Outcome}, {new ByteCount(first.Targets[0].BytesWritten)} written");

// 2. Another one, on the same journal, has the job under the same name.
var second = await RunAsync(isStopped: false);
Console.WriteLine($"second run: {second.Outcome}, {new ByteCount(second.Targets[0].BytesKept)} were safe already, "
    + $"{new ByteCount(second.Targets[0].BytesWritten)} written");

var isWhole = second.Targets[0].BytesKept + second.Targets[0].BytesWritten == files.Length.Value;
return first.Outcome == CopyOutcome.Cancelled && second.Outcome == CopyOutcome.Completed && isWhole ? 0 : 1;

async Task<CopyCompleted> RunAsync(bool isStopped)
{
    var config = ConfigurationFactory.ParseString("akka.loglevel = WARNING")
        .WithFallback(JournalConfiguration.Sqlite(files.PathOf("journal.db")));
    using var system = ActorSystem.Create("storage-node", config);
    foreach (var known in await new KcopydJournal(system, options.Journal!).ListAsync(default))
    {
        Console.WriteLine($"  the journal knows {known.Id}: {known.Standing}, "
            + $"{new ByteCount(known.Targets[0].FlushedBytes)} of {new ByteCount(known.TotalBytes)} safe");
    }

    await using var client = await KcopydClient.CreateAsync(
        system, options with { BytesPerSecond = isStopped ? 64.MiB : ByteCount.Zero });
    await using var devices = await files.OpenAsync();
    var job = await client.StartAsync(CopyRequest.Copy(devices.Source, devices.Target) with
    {
        Name = "replica-a",
        Journaling = JobJournaling.Default,
    });
    if (isStopped)
    {
        await JournaledAsync(job, files.Length.Value / 4);
        await job.CancelAsync();
    }

    return await job.Completion;
}

// Whoever watches asks now and then; a journaled job that is cancelled can be resumed.
static async Task JournaledAsync(CopyJob job, long bytes)
{
    using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
    while (await job.GetProgressAsync() is { } progress && progress.Targets[0].Journaled.Value < bytes)
    {
        await timer.WaitForNextTickAsync();
    }
}
