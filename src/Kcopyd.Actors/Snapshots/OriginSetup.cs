using System.Collections.Immutable;
using Kcopyd.Actors.Hosting;
using Kcopyd.Core.Snapshots;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Snapshots;

/// <summary>What an origin's actor is made with. The machine's decisions are the actor's; devices read what may be read
/// by any thread.</summary>
internal sealed class OriginSetup(string name, IBlockDevice device, OriginOptions options, CallLink calls)
{
    public string Name => name;

    /// <summary>The device underneath.</summary>
    public IBlockDevice Device => device;

    public OriginOptions Options => options;

    /// <summary>The block that the origin shows; unit: bytes.</summary>
    public int BlockBytes { get; } = Math.Max(options.LogicalBlockSize, device.Geometry.LogicalBlockSize);

    public OriginMachine Machine { get; } = new(device.Geometry.LengthSectors);

    /// <summary>The calls of the origin that are not over.</summary>
    public CallLink Calls => calls;

    public JointEpochs Epochs { get; } = new(device);

    /// <summary>Reads of the origin, which pass by its actor.</summary>
    public ReadGate Reads { get; } = new();

    /// <summary>The COW device of the snapshot that is merged; null: none. The actor sets it.</summary>
    public IBlockDevice? MergedCow
    {
        get => Volatile.Read(ref field);
        set => Volatile.Write(ref field, value);
    }

    /// <summary>The longest part of a change that is asked for at once; unit: bytes. The actor sets it.</summary>
    public long PartBytes
    {
        get => Volatile.Read(ref field);
        set => Volatile.Write(ref field, value);
    } = long.MaxValue;

    /// <summary>The snapshots that are not closed. The actor replaces it; any thread may look.</summary>
    public ImmutableList<SnapshotPort> Ports
    {
        get => Volatile.Read(ref field);
        set => Volatile.Write(ref field, value);
    } = [];
}
