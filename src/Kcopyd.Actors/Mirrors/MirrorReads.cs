using Akka.Actor;
using Akka.Dispatch;
using Kcopyd.Core;
using Kcopyd.Core.Mirrors;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Mirrors;

/// <summary>Reads a mirror: regions at rest from any leg, others from the leg that a recovery would copy from. Passes
/// by the actor unless a leg fails. Safe for concurrent calls.</summary>
internal sealed class MirrorReads(MirrorSetup setup, IActorRef actor, MessageDispatcher dispatcher)
{
    /// <summary>Consecutive bytes that one leg is read for, so that reading ahead works: 1 MiB.</summary>
    private const int StripeShift = 20;

    private readonly int[] _inFlight = new int[MirrorPolicy.MaxLegs];

    /// <summary>Fills the buffer.</summary>
    /// <exception cref="DeviceException">No leg that holds it could read it.</exception>
    public async ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var geometry = setup.Machine.Geometry;
        var regionBytes = Sectors.ToBytes(geometry.RegionSize);
        var regions = RegionsOf(offset, buffer.Length, regionBytes);
        if (regions.Count == 1 || !setup.Machine.ReadableLegs(regions).IsEmpty)
        {
            await ReadAsync(regions, offset, buffer, cancellationToken).ConfigureAwait(false);
            return;
        }

        // No leg holds all of it: region by region some leg does.
        for (var done = 0; done < buffer.Length;)
        {
            var at = offset + done;
            var count = (int)Math.Min(buffer.Length - done, regionBytes - (at % regionBytes));
            await ReadAsync(
                RegionsOf(at, count, regionBytes), at, buffer.Slice(done, count), cancellationToken)
                .ConfigureAwait(false);
            done += count;
        }
    }

    /// <summary>As the leg tells that a read would go to; data, where no leg holds all of it.</summary>
    public async ValueTask<IReadOnlyList<BlockExtent>> GetBlockStatusAsync(
        long offset, long length, CancellationToken cancellationToken)
    {
        var legs = setup.Legs.Current;
        var regions = RegionsOf(offset, length, Sectors.ToBytes(setup.Machine.Geometry.RegionSize));
        var index = length == 0 ? -1 : setup.Machine.ReadableLegs(regions).Lowest;
        if (index < 0 || !legs[index].TryHold())
        {
            return length == 0 ? [] : [new BlockExtent(offset, length, BlockStatus.Data)];
        }

        var leg = legs[index];
        try
        {
            var extents = await leg.Device.GetBlockStatusAsync(leg.OffsetOf(offset), length, cancellationToken)
                .ConfigureAwait(false);
            return [.. extents.Select(extent => extent with { Offset = extent.Offset - leg.OffsetOf(0) })];
        }
        finally
        {
            leg.Release();
        }
    }

    /// <summary>Forgets what is cached of all legs.</summary>
    public async ValueTask DropCacheAsync(long offset, long length, CancellationToken cancellationToken)
    {
        foreach (var leg in setup.Legs.Current.Where(leg => leg.TryHold()))
        {
            try
            {
                await leg.Device.DropCacheAsync(leg.OffsetOf(offset), length, cancellationToken)
                    .ConfigureAwait(false);
            }
            finally
            {
                leg.Release();
            }
        }
    }

    /// <summary>Fails if no leg is where its name leads.</summary>
    public async ValueTask ConfirmAsync(CancellationToken cancellationToken)
    {
        DeviceException? failure = null;
        foreach (var leg in setup.Legs.Current.Where(leg => leg.TryHold()))
        {
            try
            {
                await leg.Device.ConfirmAsync(cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (DeviceException e)
            {
                failure = e;
            }
            finally
            {
                leg.Release();
            }
        }

        var reason = failure?.Message ?? "it has no leg";
        throw new DeviceException(
            setup.Name, DeviceOperation.Confirm, DeviceErrorKind.Vanished, reason, failure);
    }

    private static RegionRun RegionsOf(long offset, long length, long regionBytes) =>
        new(offset / regionBytes, (offset + Math.Max(length, 1) - 1) / regionBytes);

    private async ValueTask ReadAsync(
        RegionRun regions, long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var tried = LegMask.None;
        for (var next = -1; ;)
        {
            // The legs first, then what they hold: a leg that is replaced in between is told by that it is retired.
            var legs = setup.Legs.Current;
            var index = next >= 0 ? next : Choose(setup.Machine.ReadableLegs(regions), offset);
            if (index < 0)
            {
                throw Failure(offset, null);
            }

            if (!legs[index].TryHold())
            {
                next = -1;
                continue;
            }

            if (await TryReadAsync(index, legs[index], offset, buffer, cancellationToken).ConfigureAwait(false)
                is not { } failure)
            {
                return;
            }

            tried = tried.With(index);
            next = await AskAsync(index, regions, offset, buffer.Length, tried).ConfigureAwait(false);
            if (next < 0)
            {
                throw Failure(offset, failure);
            }
        }
    }

    /// <summary>Reads from one leg, and lets go of it.</summary>
    private async ValueTask<DeviceException?> TryReadAsync(
        int index, MirrorLeg leg, long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _inFlight[index]);
        try
        {
            await leg.Device.ReadAsync(leg.OffsetOf(offset), buffer, cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (DeviceException failure)
        {
            return failure;
        }
        finally
        {
            Interlocked.Decrement(ref _inFlight[index]);
            leg.Release();
        }
    }

    /// <summary>The leg with the fewest reads in flight; of equals one by position.</summary>
    private int Choose(LegMask legs, long offset)
    {
        var count = legs.Count;
        if (count <= 1)
        {
            return legs.Lowest;
        }

        var preferred = (int)((offset >> StripeShift) % count);
        var (best, least, order) = (-1, int.MaxValue, 0);
        for (var leg = 0; leg < MirrorPolicy.MaxLegs; leg++)
        {
            if (!legs.Contains(leg))
            {
                continue;
            }

            var load = Volatile.Read(ref _inFlight[leg]);
            if (load < least || (load == least && order == preferred))
            {
                (best, least) = (leg, load);
            }

            order++;
        }

        return best;
    }

    private async Task<int> AskAsync(int leg, RegionRun regions, long offset, int length, LegMask tried)
    {
        var answer = new MirrorAnswer<int>(dispatcher);
        var first = offset / Sectors.Size;
        var range = SectorRange.Between(first, (offset + length + Sectors.Size - 1) / Sectors.Size);
        actor.Tell(new MirrorWork.ReadFailed(leg, regions, range, tried, answer), ActorRefs.NoSender);
        try
        {
            return await setup.Link.UntilClosed(answer.Task, CancellationToken.None).ConfigureAwait(false);
        }
        catch (ObjectDisposedException)
        {
            throw BlockRequest.Closed(setup.Name, DeviceOperation.Read);
        }
    }

    private DeviceException Failure(long offset, DeviceException? cause) =>
        new(setup.Name, DeviceOperation.Read, DeviceErrorKind.Io, cause?.Message ?? "no leg holds it", cause)
        {
            Offset = offset,
            Errno = cause?.Errno ?? 0,
        };
}
