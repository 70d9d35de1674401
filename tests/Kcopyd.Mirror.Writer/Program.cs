using System.Globalization;
using Akka.Actor;
using Akka.Configuration;
using Kcopyd.Actors.Mirrors;
using Kcopyd.Core.Mirrors;
using Kcopyd.Devices;
using Kcopyd.Mirror.Writer;

// Writes to a mirror until it is killed, and says on standard output what is flushed. Arguments: table line, seed.
if (args is not [var line, var seed])
{
    return 2;
}

using var system = ActorSystem.Create("writer", ConfigurationFactory.ParseString(
    "akka { loglevel = ERROR, stdout-loglevel = OFF }"));

// The log is one with rubbish behind a head of zeros: new, as the kernel has it.
var options = new MirrorOptions { LogTrust = LogTrust.Kernel };
await using var mirror = await MirrorDevice.OpenAsync(
    system, MirrorTable.Parse(line), new BlockDeviceOpener(), options);
await mirror.WaitUntilInSyncAsync();

const int Writers = 4;
var first = int.Parse(seed, CultureInfo.InvariantCulture);
var writers = Enumerable.Range(0, Writers).Select(n => new RegionWriter(mirror, n, Writers, first + n)).ToArray();

// Suspended, the log says all that is known: what was written until here is clean, and marked dirty again later.
await Task.WhenAll(writers.Select(writer => writer.VisitAsync()));
await mirror.SuspendAsync();
await mirror.ResumeAsync();
Console.Out.Write("clean\n");

await Task.WhenAny(writers.Select(writer => writer.VisitForeverAsync()));
return 1;
