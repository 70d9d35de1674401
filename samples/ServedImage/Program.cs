using System.Net;
using Akka.Actor;
using Akka.Configuration;
using Kcopyd.Actors.Copying;
using Kcopyd.Actors.Snapshots;
using Kcopyd.Core;
using Kcopyd.Core.Snapshots;
using Kcopyd.Devices;
using Kcopyd.Nbd.Client;
using Kcopyd.Nbd.Serving;
using ServedImage;

var folder = Directory.CreateTempSubdirectory("kcopyd-sample-");
using var system = ActorSystem.Create("storage-node", ConfigurationFactory.ParseString("akka.loglevel = WARNING"));
await using var client = await KcopydClient.CreateAsync(system, new KcopydClientOptions { BytesPerSecond = 32.MiB });

// 1. The image, as the origin of snapshots yet to come, is served on a port of this machine.
await using var origin = OriginDevice.Create(system, await CreateAsync("vm.img", 16.MiB), isOwned: true);
await using var cow = await CreateAsync("monday.cow", 24.MiB);
await using var server = new NbdServer(new NbdServerOptions());
server.Add(new NbdExport("vm", origin));
var address = server.Listen(new IPEndPoint(IPAddress.Loopback, 0));
Console.WriteLine("serving:  vm");

// 2. A machine uses it, over NBD, and never stops writing.
await using var disk = await OpenAsync("vm", BlockDeviceAccess.ReadWrite);
await using var guest = new Guest(disk);
await guest.WriteAsync(times: 2000);
guest.Start();
var epoch = disk.WriteEpoch;

// 3. A snapshot is made and served, between two writes: so it is known what it has to show.
var table = SnapshotTable.Parse("0 32768 snapshot vm.img monday.cow P 8");
SnapshotDevice? snapshot = null;
var moment = await guest.BetweenWritesAsync(async () => snapshot = await origin.AddSnapshotAsync(table, cow));
var before = guest.Writes;
server.Add(new NbdExport("monday", snapshot!) { IsReadOnly = true });
Console.WriteLine($"snapshot: monday, after {before} writes");

// 4. The backup is a copy of the snapshot's export. The machine goes on.
await using var backup = await CreateAsync("backup.img", 16.MiB);
await using (var monday = await OpenAsync("monday", BlockDeviceAccess.Read))
{
    await client.CopyAsync(CopyRequest.Copy(IoRegion.Whole(monday), IoRegion.Whole(backup)));
}

var meanwhile = guest.Writes - before;
Console.WriteLine($"backup:   {meanwhile} writes meanwhile, store {await snapshot!.GetStatusAsync()}");

// 5. The snapshot goes; the machine does not notice.
await server.RemoveAsync("monday");
await snapshot!.DisposeAsync();
var now = await guest.BetweenWritesAsync(() => disk.FlushAsync(epoch, default).AsTask());
var image = await ReadAsync(backup);
var isMoment = image.AsSpan().SequenceEqual(moment);
Console.WriteLine($"compared: the backup is {(isMoment ? "the image of that moment" : "no image of that moment")}");
folder.Delete(recursive: true);
return isMoment && meanwhile > 0 && !image.AsSpan().SequenceEqual(now) && disk.WriteEpoch == epoch ? 0 : 1;

async Task<IBlockDevice> CreateAsync(string name, ByteCount length) => await new BlockDeviceOpener().OpenAsync(
    Path.Combine(folder.FullName, name),
    new BlockDeviceOpenOptions { Access = BlockDeviceAccess.ReadWrite, CreateLengthBytes = length.Value },
    default);

Task<NbdBlockDevice> OpenAsync(string export, BlockDeviceAccess access) =>
    NbdBlockDevice.OpenAsync($"nbd://{address}/{export}", access, null, default);

static async Task<byte[]> ReadAsync(IBlockDevice device)
{
    var bytes = new byte[device.Geometry.LengthBytes];
    await device.ReadAsync(0, bytes, default);
    return bytes;
}
