using Akka.Actor;
using Akka.Configuration;
using ConsistentBackup;
using Kcopyd.Actors.Copying;
using Kcopyd.Actors.Snapshots;
using Kcopyd.Core;
using Kcopyd.Core.Snapshots;
using Kcopyd.Devices;

var folder = Directory.CreateTempSubdirectory("kcopyd-sample-");
using var system = ActorSystem.Create("storage-node", ConfigurationFactory.ParseString("akka.loglevel = WARNING"));
await using var client = await KcopydClient.CreateAsync(system, new KcopydClientOptions { BytesPerSecond = 64.MiB });

// An image of 16 MiB, and everyone writes it through its origin.
await using var origin = OriginDevice.Create(system, await CreateAsync("image", 16.MiB), isOwned: true);
await using var ledger = new Ledger(origin);
await ledger.FillAsync();
ledger.Start();

// 1. A plain copy of an image that changes meanwhile is a mixture of moments.
await using var copy = await CreateAsync("copy", 16.MiB);
await client.CopyAsync(CopyRequest.Copy(IoRegion.Whole(origin), IoRegion.Whole(copy)));
var plain = await Say("copy", copy);

// 2. A snapshot is one moment, and the backup is a copy of it. The writer goes on.
await using var cow = await CreateAsync("cow", 24.MiB);
var table = SnapshotTable.Parse("0 32768 snapshot image cow P 8");
var snapshot = await origin.AddSnapshotAsync(table, cow, options: new SnapshotOptions
{
    OnNotice = notice => Console.WriteLine($"  event:  {notice}"),
});
var before = ledger.Writes;
await using var backup = await CreateAsync("backup", 16.MiB);
await client.CopyAsync(CopyRequest.Copy(IoRegion.Whole(snapshot), IoRegion.Whole(backup)));
var moment = await Say("backup", backup);
Console.WriteLine($"meanwhile: {ledger.Writes - before} writes, store {await snapshot.GetStatusAsync()}");

// 3. The backup is done: nothing has to be kept any more.
await snapshot.DisposeAsync();
var alive = ledger.Writes;
await using var rest = await CreateAsync("rest", 16.MiB);
await client.CopyAsync(CopyRequest.Copy(IoRegion.Whole(origin), IoRegion.Whole(rest)));
Console.WriteLine($"after:     {ledger.Writes - alive} writes");
folder.Delete(recursive: true);
return !plain && moment && ledger.Writes > alive ? 0 : 1;

async Task<IBlockDevice> CreateAsync(string name, ByteCount length) => await new BlockDeviceOpener().OpenAsync(
    Path.Combine(folder.FullName, name),
    new BlockDeviceOpenOptions { Access = BlockDeviceAccess.ReadWrite, CreateLengthBytes = length.Value },
    default);

static async Task<bool> Say(string what, IBlockDevice image)
{
    var (first, last, isConsistent) = await Ledger.ReadAsync(image);
    Console.WriteLine($"{what + ":",-10} writes {first} to {last}, "
        + (isConsistent ? "all of them: one moment" : "with gaps: no moment that ever was"));
    return isConsistent;
}
