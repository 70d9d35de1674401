using Kcopyd.Actors.Mirrors;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Core;
using Kcopyd.Core.Mirrors;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Tests.Mirrors;

/// <summary>A mirror under load by real threads, while legs fail, come back and are replaced.</summary>
/// <remarks>Each of eight tasks has blocks of its own, so that it knows what it must read; blocks of five sectors lie
/// across regions and share them. What is written, and where, follows from the seed; the order does not.</remarks>
public sealed class MirrorStressTests : Akka.TestKit.Xunit2.TestKit
{
    private const int Sectors = 512;

    private const int BlockSectors = 5;

    private const int BlockBytes = BlockSectors * 512;

    private const int Blocks = Sectors / BlockSectors;

    private const int Tasks = 8;

    private const int Steps = 250;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static readonly MirrorOptions Hasty = new()
    {
        CleanDelay = MirrorOptions.MinDelay,
        RetryDelay = MirrorOptions.MinDelay,
        RecoverySize = new ByteCount(MirrorBench.RegionBytes),
    };

    [Theory]
    [InlineData(1, "core 2 16 nosync", "")]
    [InlineData(2, "core 1 16", "")]
    [InlineData(3, "disk 2 log 16", "2 handle_errors keep_log")]
    [InlineData(4, "disk 2 log 16", "")]
    public async Task Every_read_is_what_was_written_and_all_legs_are_equal_in_the_end(
        int seed, string log, string features)
    {
        var legs = Enumerable.Range(0, 3).Select(_ => new MemoryBlockDevice(new ByteCount(Sectors * 512))).ToList();
        var switches = legs.Select((leg, index) => new SwitchedDevice(new LatentDevice(leg, seed + index))).ToList();
        var table = MirrorBench.Table(log, 3, features, Sectors);
        var parts = new MirrorParts(
            [.. switches],
            log.StartsWith("disk", StringComparison.Ordinal) ? new LatentDevice(MirrorBench.LogDevice(), seed) : null,
            AreOwned: false);
        await using var mirror = await MirrorDevice.CreateAsync(Sys, table, parts, Hasty).WaitAsync(Patience);
        var versions = new int[Blocks];

        var load = Task.WhenAll(Enumerable.Range(0, Tasks).Select(
            index => Task.Run(() => LoadAsync(mirror, versions, index, seed))));
        await DisturbAsync(mirror, legs, switches, load).WaitAsync(Patience);
        await load.WaitAsync(Patience);
        switches.ForEach(leg => leg.Mend());
        await mirror.WaitUntilInSyncAsync().WaitAsync(Patience);

        Assert.Equal((32, 0, 0), Summary(await mirror.CheckAsync().WaitAsync(Patience)));
        MirrorBench.AssertEqual([.. legs]);
        for (var block = 0; block < Blocks; block++)
        {
            var held = MirrorBench.Bytes(legs[0], block * BlockBytes, BlockBytes);
            Assert.True(held.AsSpan().SequenceEqual(Content(block, versions[block])), $"seed {seed}, block {block}");
        }
    }

    private static (long Regions, long Skipped, long Mismatched) Summary(MirrorComparison result) =>
        (result.Regions, result.Skipped, result.Mismatched);

    private static async Task LoadAsync(MirrorDevice mirror, int[] versions, int index, int seed)
    {
        var random = new Random((seed * 1000) + index);
        var buffer = new byte[BlockBytes];
        for (var step = 0; step < Steps; step++)
        {
            var block = (random.Next((Blocks - index + Tasks - 1) / Tasks) * Tasks) + index;
            switch (random.Next(8))
            {
                case < 4:
                    versions[block]++;
                    await mirror.WriteAsync(
                        block * BlockBytes, Content(block, versions[block]), WriteDurability.Cached, default);
                    break;
                case 7:
                    await mirror.FlushAsync(mirror.WriteEpoch, default);
                    break;
                default:
                    await mirror.ReadAsync(block * BlockBytes, buffer, default);
                    Assert.True(
                        buffer.AsSpan().SequenceEqual(Content(block, versions[block])),
                        $"seed {seed}, task {index}, step {step}: block {block} is not of version {versions[block]}");
                    break;
            }
        }
    }

    /// <summary>The second leg fails and comes back; the third is replaced; all is suspended and goes on; again and
    /// again until the load ends.</summary>
    private static async Task DisturbAsync(
        MirrorDevice mirror, List<MemoryBlockDevice> legs, List<SwitchedDevice> switches, Task load)
    {
        for (var round = 0; !load.IsCompleted; round++)
        {
            switches[1].Fail(DeviceOperation.Write, DeviceOperation.Read);
            await PassAsync(mirror);
            switches[1].Mend();
            await PassAsync(mirror);
            if (round < 10)
            {
                legs[2] = new MemoryBlockDevice(new ByteCount(Sectors * 512));
                switches[2] = new SwitchedDevice(new LatentDevice(legs[2], round));
                await mirror.ReplaceLegAsync(2, new MirrorLegSpec($"c{round}", 0), switches[2], isOwned: false);
                await PassAsync(mirror);
            }

            await mirror.SuspendAsync(keepsHeld: true);
            await mirror.ResumeAsync();
            await PassAsync(mirror);
        }
    }

    /// <summary>Lets the mirror work for a while: as long as some questions take.</summary>
    private static async Task PassAsync(MirrorDevice mirror)
    {
        for (var i = 0; i < 50; i++)
        {
            await mirror.GetCountsAsync();
        }
    }

    /// <summary>Version 0 is a new device.</summary>
    private static byte[] Content(int block, int version) => version == 0
        ? new byte[BlockBytes]
        : TestPatterns.Create(block * BlockBytes, BlockBytes, version);
}
