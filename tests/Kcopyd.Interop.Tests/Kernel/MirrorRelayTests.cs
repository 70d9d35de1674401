namespace Kcopyd.Interop.Tests.Kernel;

/// <summary>Mirrors that are left in good order, by us to the kernel and by the kernel to us.</summary>
[Collection(KernelVmCollection.Name)]
public sealed class MirrorRelayTests
{
    // The legs differ in every region whenever a mirror starts, so what is equal afterwards is what it copied. Each
    // step, ours and the kernel's by turns, is compared byte for byte with what the log must have made it do. What the
    // kernel ran we run with the same table, and then our lines are the kernel's.
    [SkippableFact]
    public async Task Mirrors_go_to_and_fro_and_only_what_the_log_does_not_know_is_copied()
    {
        await using var relay = new MirrorRelay(
            new("as-it-is", 64, new(512), new(512), new(512), new(512)),
            new("grown", 8, new(800), new(1200), new(400), new(800)),
            new("shrunk", 8, new(1200), new(400), new(800), new(1200)),
            new("short", 64, new(450), new(450), new(449), new(512)),
            new("tiny", 2, new(1000), new(1001), new(1000), new(1000)),
            new("large", 16384, new(20000), new(20000), new(20000), new(20000)),
            new("sync", 64, new(512, "sync"), new(512, "sync"), new(512, "sync"), new(512)),
            new("nosync", 64, new(512, "nosync"), new(512), new(512, "nosync"), new(512, "nosync")),
            new("odd", 8, new(1200), new(1200) { Tamper = MakeOdd }, new(1200) { Tamper = MakeOdd }, new(1200)),
            new("old", 8, new(800), new(800) { Tamper = MakeOld }, new(800) { Tamper = MakeOld }, new(900)),
            new("legs", 8, new(800), new(1200), new(1200) { Tamper = MakeOdd }, new(800))
            {
                Legs = 3,
                Features = "2 handle_errors keep_log",
            });

        for (var step = 0; step < 4; step += 2)
        {
            await relay.RunHereAsync(step);
            var printed = await relay.RunInKernelAsync(step + 1);
            Assert.Equal(printed, await relay.RunHereAsync(step + 1));
        }
    }

    /// <summary>Some bits, and some past the end.</summary>
    private static void MakeOdd(byte[] log) => new Random(1).NextBytes(log.AsSpan(MirrorLogFile.BitsOffset, 32));

    /// <summary>An older version, some bits.</summary>
    private static void MakeOld(byte[] log)
    {
        log[4] = 1;
        MirrorLogFile.SetBit(log, 3, false);
        MirrorLogFile.SetBit(log, 77, false);
    }
}
