using Kcopyd.Core.Mirrors;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Mirrors;

/// <summary>The legs in their places. The actor replaces them; any thread may look.</summary>
internal sealed class MirrorLegs(MirrorLeg[] legs)
{
    private MirrorLeg[] _current = legs;

    /// <summary>All of them, as they are now; never changed, only replaced.</summary>
    public MirrorLeg[] Current => Volatile.Read(ref _current);

    /// <summary>Puts another in a place.</summary>
    /// <returns>Who was there.</returns>
    public MirrorLeg Replace(int index, MirrorLeg leg)
    {
        var old = Current;
        var legs = (MirrorLeg[])old.Clone();
        legs[index] = leg;
        Volatile.Write(ref _current, legs);
        return old[index];
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
