using Akka.Actor;
using Akka.Configuration;
using Kcopyd.Actors.Mirrors;
using Kcopyd.Core;
using Kcopyd.Core.Mirrors;
using MirroredDisk;

using var files = new SampleFiles();
using var system = ActorSystem.Create("storage-node", ConfigurationFactory.ParseString("akka.loglevel = WARNING"));

// 64 regions of 1 MiB. keep_log: the mirror serves on without a leg, and its log knows what that leg missed.
var table = MirrorTable.Parse(
    $"0 131072 mirror disk 2 {files.PathOf("log")} 2048 2 {files.PathOf("a")} 0 {files.PathOf("b")} 0 "
    + "2 handle_errors keep_log");
await using var b = new PluggableDevice(await files.CreateAsync("b", 64.MiB));
var parts = new MirrorParts([await files.CreateAsync("a", 64.MiB), b], await files.CreateAsync("log", 1.MiB), true);
await using var mirror = await MirrorDevice.CreateAsync(system, table, parts, new MirrorOptions
{
    OnNotice = notice => Console.WriteLine($"  event:  {notice}"),

    // Where a node keeps its configuration: a node that starts again has to name the right leg first.
    SaveTable = changed => File.WriteAllTextAsync(files.PathOf("table"), changed.ToTableLine()),
});

// 1. A new mirror copies everything once.
await using var load = new Load(mirror, 16.MiB);
var recovered = await SyncedAsync("made", 0);

// 2. A leg is lost under load. The mirror serves on.
load.Start();
await load.ServesAsync(200);
b.Pull();
await load.ServesAsync(200);
Console.WriteLine($"pulled:   {await mirror.GetStatusAsync()}, {load.Writes} writes were read back");

// 3. It comes back. Only what was written meanwhile is copied.
b.Plug();
await mirror.SuspendAsync();
await mirror.ResumeAsync(forgetsErrors: true);
var afterPlug = await SyncedAsync("plugged", recovered);

// 4. It is lost for good, and another device takes its place: that one gets everything.
b.Pull();
await load.ServesAsync(200);
var spec = new MirrorLegSpec(files.PathOf("c"), 0);
await mirror.ReplaceLegAsync(1, spec, await files.CreateAsync("c", 64.MiB), isOwned: true);
var afterReplacement = await SyncedAsync("replaced", afterPlug);

// 5. Nothing was lost, and the legs are equal.
await load.FinishAsync();
var compared = await mirror.CheckAsync();
Console.WriteLine($"checked:  {compared.Regions} regions, {compared.Mismatched} differ, {load.Writes} writes");
Console.WriteLine($"table:    {await File.ReadAllTextAsync(files.PathOf("table"))}".Replace(
    files.PathOf(string.Empty), string.Empty, StringComparison.Ordinal));
return compared.Mismatched == 0 && afterPlug - recovered <= 16 && afterReplacement - afterPlug >= 64 ? 0 : 1;

async Task<long> SyncedAsync(string what, long before)
{
    await mirror.WaitUntilInSyncAsync();
    var counts = await mirror.GetCountsAsync();
    Console.WriteLine($"{what + ":",-9} {await mirror.GetStatusAsync()}, "
        + $"{counts.RecoveredRegions - before} regions copied");
    return counts.RecoveredRegions;
}
