using Akka.Actor;
using EmbeddedCopy;
using Kcopyd.Actors.Copying;
using Kcopyd.Core;
using Kcopyd.Core.Copying;
using Kcopyd.Devices;

// A storage node has an actor system already; the engine needs no configuration in it.
using var system = ActorSystem.Create("storage-node", "akka.loglevel = WARNING");
await using var client = await KcopydClient.CreateAsync(system, new KcopydClientOptions { PageBudget = 8.MiB });

using var folder = new SampleFolder();
var opener = new BlockDeviceOpener();
var image = folder.WriteImage("volume.img", 64.MiB);
await using var source = await opener.OpenAsync(image, new BlockDeviceOpenOptions(), default);
var replicas = new List<IBlockDevice>();
foreach (var name in new[] { "replica-a.img", "replica-b.img" })
{
    replicas.Add(await opener.OpenAsync(
        folder.PathOf(name),
        new BlockDeviceOpenOptions
        {
            Access = BlockDeviceAccess.ReadWrite,
            CreateLengthBytes = source.Geometry.LengthBytes,
        },
        default));
}

// 1. Call: one read, two targets, flushed and read back.
var request = CopyRequest.Copy(IoRegion.Whole(source), [.. replicas.Select(IoRegion.Whole)]) with
{
    Options = new CopyOptions { Verify = true, Digest = true },
};
var result = await client.CopyAsync(request);
var digest = Convert.ToHexStringLower(result.Digest.AsSpan());
Console.WriteLine($"{result.Outcome}: {new ByteCount(result.BytesRead)} read once, SHA-256 {digest}");
foreach (var target in result.Targets)
{
    Console.WriteLine($"  {Path.GetFileName(target.Uri)}: {new ByteCount(target.BytesWritten)} written, "
        + $"{new ByteCount(target.BytesFlushed)} flushed, {target.State}");
}

// 2. Pause and resume: at rest a job holds no pages.
client.SetThrottle(32.MiB, null);
var job = await client.StartAsync(request with { Options = CopyOptions.Default });
await job.PauseAsync();
var status = await client.GetStatusAsync();
Console.WriteLine($"paused with {status.TakenPages} of {status.TotalPages} pages taken");
client.SetThrottle(ByteCount.Zero, null);
await job.ResumeAsync();
Console.WriteLine($"resumed: {(await job.Completion).Outcome}");

// 3. Tell: an actor speaks the client's protocol itself.
var copied = new TaskCompletionSource<CopyCompleted>();
system.ActorOf(Props.Create<CopyingActor>(client.Actor, request, copied), "copying");
var told = await copied.Task;
Console.WriteLine($"told an actor: {told.Job} {told.Outcome}");

foreach (var replica in replicas)
{
    await replica.DisposeAsync();
}

await client.DestroyAsync();
await system.Terminate();
return result.Outcome == CopyOutcome.Completed && told.Outcome == CopyOutcome.Completed ? 0 : 1;
