using Kcopyd.Devices;

namespace Kcopyd.Actors.Snapshots;

/// <summary>One write epoch for an origin, which is on two devices while a snapshot is merged. Safe for concurrent
/// calls.</summary>
/// <remarks>The sum of what the devices count: it changes when, and only when, an epoch of one of them
/// ends.</remarks>
internal sealed class JointEpochs(IBlockDevice origin)
{
    private volatile MergedCow? _cow;

    /// <summary>The current epoch.</summary>
    public long Current => origin.WriteEpoch + (_cow?.Ended ?? 0);

    /// <summary>A COW device holds parts of the origin from now on.</summary>
    public void Begin(IBlockDevice cow) => _cow = new MergedCow(cow, cow.WriteEpoch - (_cow?.Ended ?? 0), null);

    /// <summary>The COW device goes.</summary>
    public void End() => _cow = _cow is { } last ? last with { EndedAtLast = last.Ended } : null;

    /// <summary>What to flush the devices with, for an epoch of <see cref="Current"/>.</summary>
    /// <exception cref="DeviceException">It has ended: unflushed writes are lost.</exception>
    public DeviceEpochs Split(string name, long epoch)
    {
        var cow = _cow;
        var epochs = new DeviceEpochs(
            origin.WriteEpoch, cow is { EndedAtLast: null } ? cow.Device.WriteEpoch : null);
        var ended = cow is null ? 0 : cow.EndedAtLast ?? (epochs.Cow!.Value - cow.Base);
        return epochs.Origin + ended == epoch ? epochs : throw WriteEpochs.Lost(name);
    }

    private sealed record MergedCow(IBlockDevice Device, long Base, long? EndedAtLast)
    {
        /// <summary>The epochs that ended since it holds parts of the origin.</summary>
        public long Ended => EndedAtLast ?? (Device.WriteEpoch - Base);
    }
}
