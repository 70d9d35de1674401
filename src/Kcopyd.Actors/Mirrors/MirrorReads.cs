using Akka.Actor;
using Akka.Dispatch;
using Kcopyd.Actors.Hosting;
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
        await ReadAsync(regions, offset, buffer, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>As the leg tells that a read would go to.</summary>
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
        (int Index, MirrorLeg Leg) failed = default;
        DeviceException? failure = null;
        while (true)
        {
            // The legs first, then what they hold, then the legs again: between the two a leg may have been replaced.
            var legs = setup.Legs.Current;
            var index = failure is null
                ? Choose(setup.Machine.ReadableLegs(regions), offset)
                : await AskAsync(failed, regions, offset, buffer.Length, tried).ConfigureAwait(false);
            if (index < 0)
            {
                throw Failure(offset, failure!);
            }

            if (!legs[index].TryHold())
            {
                continue;
            }

            if (setup.Legs.Current != legs)
            {
                legs[index].Release();
                continue;
            }

            failed = (index, legs[index]);
            failure = await TryReadAsync(index, legs[index], offset, buffer, cancellationToken).ConfigureAwait(false);
            if (failure is null)
            {
                return;
            }

            tried = tried.With(index);
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

    private async Task<int> AskAsync(
        (int Index, MirrorLeg Leg) failed, RegionRun regions, long offset, int length, LegMask tried)
    {
        var answer = new Answer<int>(dispatcher);
        var first = offset / Sectors.Size;
        var range = SectorRange.Between(first, (offset + length + Sectors.Size - 1) / Sectors.Size);
        actor.Tell(new MirrorWork.ReadFailed(failed, regions, range, tried, answer), ActorRefs.NoSender);
        try
        {
            return await setup.Link.Calls.UntilClosed(answer, CancellationToken.None).ConfigureAwait(false);
        }
        catch (ObjectDisposedException)
        {
            throw BlockRequest.Closed(setup.Name, DeviceOperation.Read);
        }
    }

    private DeviceException Failure(long offset, DeviceException cause) =>
        new(setup.Name, DeviceOperation.Read, DeviceErrorKind.Io, cause.Message, cause)
        {
            Offset = offset,
            Errno = cause.Errno,
        };
}
