using Kcopyd.Actors.TestKit.Crashes;
using Kcopyd.Actors.Tests.Crashes;
using Kcopyd.Core;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Tests.Snapshots;

/// <summary>Programs that read, write and flush an origin and its snapshots at random, at the same time, and note what
/// they are told.</summary>
internal sealed class SnapshotClients(CrashedOrigin owner, SnapshotCase @case)
{
    /// <summary>ENOSPC.</summary>
    private const int NoSpace = 28;

    private static readonly TimeSpan MaxPause = TimeSpan.FromMilliseconds(10);

    /// <summary>Requests that were answered well.</summary>
    public long Answered { get; private set; }

    /// <summary>Requests without an answer.</summary>
    public int InFlight { get; private set; }

    private CrashRig Rig => owner.Rig;

    /// <summary>One program, until it did all it has to, or the power is gone.</summary>
    public async Task RunAsync(int seed, int operations)
    {
        var random = new Random(seed);
        for (var i = 0; i < operations && Rig.Power.IsOn; i++)
        {
            if (random.Next(3) == 0)
            {
                await Rig.Loop.DelayAsync(MaxPause * random.NextDouble()).ConfigureAwait(false);
            }

            if (Rig.Power.IsOn)
            {
                await DoAsync(Choose(random), random).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Makes everything durable that was answered.</summary>
    public async Task FlushAllAsync()
    {
        foreach (var used in owner.Used())
        {
            await FlushAsync(used).ConfigureAwait(false);
        }
    }

    /// <summary>Reads everything, and complains about what it should not be.</summary>
    public async Task ReadAllAsync()
    {
        foreach (var used in owner.Used())
        {
            try
            {
                await ReadAsync(used, 0, @case.OriginSectors).ConfigureAwait(false);
            }
            catch (DeviceException failure) when (IsExpected(used, failure))
            {
                // It is lost.
            }
        }
    }

    private UsedDevice Choose(Random random)
    {
        var used = owner.Used();
        var isSnapshot = used.Count > 1 && random.NextDouble() < @case.SnapshotShare;
        return used[isSnapshot ? 1 + random.Next(used.Count - 1) : 0];
    }

    private async Task DoAsync(UsedDevice used, Random random)
    {
        InFlight++;
        try
        {
            await DoOneAsync(used, random).ConfigureAwait(false);
            Answered++;
        }
        catch (DeviceException failure) when (IsExpected(used, failure))
        {
            // Answered too, so to speak.
        }
        finally
        {
            InFlight--;
        }
    }

    /// <summary>Without power nothing is answered. A full store fails what its policy says, and a snapshot that is
    /// replaced everything.</summary>
    private bool IsExpected(UsedDevice used, DeviceException failure) => (Rig.Power.IsOn, used.Snapshot) switch
    {
        (false, _) => true,
        (_, null) => IsRefusal(failure) && @case.Stores.Any(static store => store.FailsWrites),
        (_, var snapshot) when snapshot.IsTurning || snapshot.Device != used.Device => true,
        (_, var snapshot) => failure.Operation == DeviceOperation.Read
            ? snapshot.Store.MayBeLost
            : failure.Operation != DeviceOperation.Flush && snapshot.Store.Chunks > 0,
    };

    private static bool IsRefusal(DeviceException failure) => failure.Errno == NoSpace;

    private Task DoOneAsync(UsedDevice used, Random random)
    {
        var (first, count) = RangeOf(random);
        var canWrite = used.Content.CanWrite(first, count);
        return random.Next(20) switch
        {
            < 9 when canWrite => WriteAsync(used, first, count, WriteDurability.Cached),
            < 11 when canWrite => WriteAsync(used, first, count, WriteDurability.Durable),
            < 13 when canWrite => WriteZeroesAsync(used, first, count),
            < 14 when canWrite => DiscardAsync(used, first, count),
            < 17 => FlushAsync(used),
            _ => ReadAsync(used, first, count),
        };
    }

    /// <summary>A few sectors, some chunks, or any length.</summary>
    private (int First, int Count) RangeOf(Random random)
    {
        var first = random.Next(@case.OriginSectors);
        var left = @case.OriginSectors - first;
        switch (random.Next(3))
        {
            case 0:
                return (first, Math.Min(left, 1 + random.Next(3)));
            case 1:
                var chunk = @case.Stores[random.Next(@case.Stores.Length)].ChunkSectors;
                first = first / chunk * chunk;
                return (first, Math.Min(@case.OriginSectors - first, chunk * (1 + random.Next(3))));
            default:
                return (first, Math.Min(left, 1 + random.Next(@case.MaxSectors)));
        }
    }

    private async Task WriteAsync(UsedDevice used, int first, int count, WriteDurability durability)
    {
        var write = used.Content.BeginWrite(first, count, isZeroes: false);
        var bytes = new byte[Sectors.ToBytes(count)];
        StampedContent.Fill(write, bytes);
        await NoteAsync(
            used,
            write,
            used.Device.WriteAsync(Sectors.ToBytes(first), bytes, durability, default),
            durability == WriteDurability.Durable).ConfigureAwait(false);
    }

    private Task WriteZeroesAsync(UsedDevice used, int first, int count) => NoteAsync(
        used,
        used.Content.BeginWrite(first, count, isZeroes: true),
        used.Device.WriteZeroesAsync(Sectors.ToBytes(first), Sectors.ToBytes(count), default),
        isDurable: false);

    /// <summary>Discards are hints: sectors stay what they are, or are zeros.</summary>
    private Task DiscardAsync(UsedDevice used, int first, int count)
    {
        if (!used.Device.Geometry.Can(BlockDeviceAbilities.Discard))
        {
            return Task.CompletedTask;
        }

        var write = used.Content.BeginWrite(first, count, isZeroes: true);
        return NoteAsync(
            used, write, used.Device.DiscardAsync(Sectors.ToBytes(first), Sectors.ToBytes(count), default), null);
    }

    /// <summary>Notes how a write ended.</summary>
    /// <param name="isDurable">Null: it need not have done anything.</param>
    private async Task NoteAsync(UsedDevice used, StampedWrite write, ValueTask request, bool? isDurable)
    {
        try
        {
            await request.ConfigureAwait(false);
            if (Rig.Power.IsOn && isDurable is { } durable)
            {
                used.Content.Acknowledge(write, durable);
            }
        }
        catch (DeviceException failure) when (Rig.Power.IsOn && IsRefusal(failure))
        {
            used.Content.Withdraw(write);
            throw;
        }
        finally
        {
            used.Content.Abandon(write);
        }
    }

    private async Task FlushAsync(UsedDevice used)
    {
        var flush = used.Content.BeginFlush();
        await used.Device.FlushAsync(used.Device.WriteEpoch, default).ConfigureAwait(false);
        if (Rig.Power.IsOn)
        {
            used.Content.Acknowledge(flush);
        }
    }

    private async Task ReadAsync(UsedDevice used, int first, int count)
    {
        var read = used.Content.BeginRead(first, count);
        var bytes = new byte[Sectors.ToBytes(count)];
        await used.Device.ReadAsync(Sectors.ToBytes(first), bytes, default).ConfigureAwait(false);
        if (Rig.Power.IsOn)
        {
            used.Content.EndRead(read, bytes);
        }
    }
}
