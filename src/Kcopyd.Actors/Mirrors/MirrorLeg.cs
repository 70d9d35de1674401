using Kcopyd.Core;
using Kcopyd.Core.Mirrors;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Mirrors;

/// <summary>A device in its place as a leg. Who uses it holds it: a leg that is replaced is retired when the last
/// holder let go.</summary>
internal sealed class MirrorLeg(MirrorLegSpec spec, IBlockDevice device, bool isOwned)
{
    private readonly TaskCompletionSource _retired = new();

    // Taken once: a leg whose epoch ended failed, and stays failed until it is another device or loaded anew.
    private long _writeEpoch = device.WriteEpoch;
    private int _uses = 1;

    public MirrorLegSpec Spec { get; } = spec;

    public IBlockDevice Device { get; } = device;

    public bool IsOwned { get; } = isOwned;

    /// <summary>Holds it, unless it is retired.</summary>
    public bool TryHold()
    {
        for (var uses = Volatile.Read(ref _uses); uses > 0;)
        {
            var seen = Interlocked.CompareExchange(ref _uses, uses + 1, uses);
            if (seen == uses)
            {
                return true;
            }

            uses = seen;
        }

        return false;
    }

    /// <summary>Lets go.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _uses) == 0)
        {
            _retired.TrySetResult();
        }
    }

    /// <summary>The mirror lets go of it, once. Completes when everyone has.</summary>
    public Task RetireAsync()
    {
        Release();
        return _retired.Task;
    }

    /// <summary>Where a sector of the mirror is on the device.</summary>
    public IoRegion RegionOf(SectorRange range) => new(Device, range.Shift(Spec.Offset));

    /// <summary>Where a byte of the mirror is on the device.</summary>
    public long OffsetOf(long offset) => Sectors.ToBytes(Spec.Offset) + offset;

    /// <summary>As <see cref="IBlockDevice.FlushAsync"/>, for everything since the leg came into its place.</summary>
    public ValueTask FlushAsync() => Device.FlushAsync(Volatile.Read(ref _writeEpoch), CancellationToken.None);

    /// <summary>What was lost is known, and forgotten: flushes are about what is written from now on.</summary>
    public void BeginEpoch() => Volatile.Write(ref _writeEpoch, Device.WriteEpoch);
}
