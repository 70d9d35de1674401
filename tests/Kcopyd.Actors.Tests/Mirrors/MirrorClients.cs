using Kcopyd.Actors.Mirrors;
using Kcopyd.Actors.TestKit.Crashes;
using Kcopyd.Actors.Tests.Crashes;
using Kcopyd.Core;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Tests.Mirrors;

/// <summary>Programs that read, write and flush a mirror at random, at the same time, and note what they are told.
/// </summary>
internal sealed class MirrorClients(CrashRig rig, StampedContent content, MirrorCase @case)
{
    private const int MaxSectors = 20;

    private const int Operations = 9;

    private static readonly TimeSpan MaxPause = TimeSpan.FromMilliseconds(25);

    /// <summary>The sectors that were written to.</summary>
    public HashSet<int> Touched { get; } = [];

    /// <summary>Requests that were answered well.</summary>
    public long Answered { get; private set; }

    /// <summary>Requests without an answer.</summary>
    public int InFlight { get; private set; }

    /// <summary>One program, until it did all it has to, or the power is gone.</summary>
    public async Task RunAsync(MirrorDevice mirror, int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < Operations && rig.Power.IsOn; i++)
        {
            if (random.Next(3) == 0)
            {
                await rig.Loop.DelayAsync(MaxPause * random.NextDouble()).ConfigureAwait(false);
            }

            InFlight++;
            try
            {
                await DoAsync(mirror, random).ConfigureAwait(false);
                Answered++;
            }
            catch (DeviceException failure) when (IsExpected(failure))
            {
                // Answered too, so to speak.
            }
            finally
            {
                InFlight--;
            }
        }
    }

    /// <summary>Without power nothing is answered. A leg that fails may fail a request, and one that cannot be read a
    /// read: of what is out of sync it has the only copy.</summary>
    private bool IsExpected(DeviceException failure) =>
        !rig.Power.IsOn
        || @case.Unwritable is not null
        || (@case.Unreadable is not null && failure.Operation == DeviceOperation.Read);

    private async ValueTask DoAsync(MirrorDevice mirror, Random random)
    {
        var end = @case.HotSectors ?? content.SectorCount;
        var first = random.Next(end);
        var count = Math.Min(1 + random.Next(random.Next(2) == 0 ? MaxSectors : 4), end - first);
        switch (random.Next(20))
        {
            case < 10 when content.CanWrite(first, count):
                await WriteAsync(mirror, (first, count), WriteDurability.Cached).ConfigureAwait(false);
                break;
            case < 11 when content.CanWrite(first, count):
                await WriteAsync(mirror, (first, count), WriteDurability.Durable).ConfigureAwait(false);
                break;
            case < 12 when content.CanWrite(first, count):
                await WriteZeroesAsync(mirror, first, count).ConfigureAwait(false);
                break;
            case < 15:
                await FlushAsync(mirror).ConfigureAwait(false);
                break;
            default:
                await ReadAsync(mirror, first, count).ConfigureAwait(false);
                break;
        }
    }

    private async ValueTask WriteAsync(MirrorDevice mirror, (int First, int Count) range, WriteDurability durability)
    {
        var write = Begin(range.First, range.Count, isZeroes: false);
        try
        {
            var bytes = new byte[write.Count * Sectors.Size];
            StampedContent.Fill(write, bytes);
            await mirror.WriteAsync(Sectors.ToBytes(write.First), bytes, durability, default).ConfigureAwait(false);
            if (rig.Power.IsOn)
            {
                content.Acknowledge(write, durability == WriteDurability.Durable);
            }
        }
        finally
        {
            content.Abandon(write);
        }
    }

    private async ValueTask WriteZeroesAsync(MirrorDevice mirror, int first, int count)
    {
        var write = Begin(first, count, isZeroes: true);
        try
        {
            await mirror.WriteZeroesAsync(Sectors.ToBytes(first), Sectors.ToBytes(count), default)
                .ConfigureAwait(false);
            if (rig.Power.IsOn)
            {
                content.Acknowledge(write, isDurable: false);
            }
        }
        finally
        {
            content.Abandon(write);
        }
    }

    private StampedWrite Begin(int first, int count, bool isZeroes)
    {
        Touched.UnionWith(Enumerable.Range(first, count));
        return content.BeginWrite(first, count, isZeroes);
    }

    private async ValueTask FlushAsync(MirrorDevice mirror)
    {
        var flush = content.BeginFlush();
        await mirror.FlushAsync(mirror.WriteEpoch, default).ConfigureAwait(false);
        if (rig.Power.IsOn)
        {
            content.Acknowledge(flush);
        }
    }

    private async ValueTask ReadAsync(MirrorDevice mirror, int first, int count)
    {
        var read = content.BeginRead(first, count);
        var bytes = new byte[count * Sectors.Size];
        await mirror.ReadAsync(Sectors.ToBytes(first), bytes, default).ConfigureAwait(false);
        if (rig.Power.IsOn)
        {
            content.EndRead(read, bytes);
        }
    }
}
