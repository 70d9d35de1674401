using Kcopyd.Core.Mirrors;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Mirrors;

/// <summary>The legs in their places. The actor replaces them; any thread may look.</summary>
internal sealed class MirrorLegs(MirrorLeg[] legs)
{
    private readonly List<Task> _retiring = [];
    private MirrorLeg[] _current = legs;

    /// <summary>All of them, as they are now; never changed, only replaced.</summary>
    public MirrorLeg[] Current => Volatile.Read(ref _current);

    /// <summary>Puts another in a place. Who was there is closed, if it is owned, when the last who uses it let
    /// go.</summary>
    public void Replace(int index, MirrorLeg leg)
    {
        var old = Current;
        var legs = (MirrorLeg[])old.Clone();
        legs[index] = leg;
        Volatile.Write(ref _current, legs);
        _retiring.Add(DisposeRetiredAsync(old[index]));
    }

    /// <summary>Closes those that are owned, also those that were replaced. The actor is gone by then.</summary>
    public async Task DisposeAsync()
    {
        foreach (var leg in Current.Where(leg => leg.IsOwned))
        {
            await leg.Device.DisposeAsync().ConfigureAwait(false);
        }

        await Task.WhenAll(_retiring).ConfigureAwait(false);
    }

    /// <summary>Flushes them all, as long as it takes.</summary>
    /// <returns>Those that could not, and why one of them could not.</returns>
    public async Task<(LegMask Failed, DeviceException? Failure)> FlushAsync()
    {
        var legs = Current;
        var flushes = new Task<DeviceException?>[legs.Length];
        for (var i = 0; i < legs.Length; i++)
        {
            flushes[i] = FlushAsync(legs[i]);
        }

        var failures = await Task.WhenAll(flushes).ConfigureAwait(false);
        var failed = LegMask.None;
        for (var i = 0; i < legs.Length; i++)
        {
            failed = failures[i] is null ? failed : failed.With(i);
        }

        return (failed, Array.Find(failures, failure => failure is not null));
    }

    private static async Task DisposeRetiredAsync(MirrorLeg leg)
    {
        await leg.RetireAsync().ConfigureAwait(false);
        if (leg.IsOwned)
        {
            await leg.Device.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static async Task<DeviceException?> FlushAsync(MirrorLeg leg)
    {
        if (!leg.TryHold())
        {
            // It was replaced at this moment: what it holds is of no meaning any more.
            return null;
        }

        try
        {
            await leg.FlushAsync().ConfigureAwait(false);
            return null;
        }
        catch (DeviceException failure)
        {
            return failure;
        }
        finally
        {
            leg.Release();
        }
    }
}
