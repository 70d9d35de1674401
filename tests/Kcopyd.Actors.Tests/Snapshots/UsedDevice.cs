using Kcopyd.Actors.Tests.Crashes;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Tests.Snapshots;

/// <summary>A device that programs use, and what it may hold.</summary>
/// <param name="Snapshot">Which snapshot it is; null: the origin.</param>
internal sealed record UsedDevice(IBlockDevice Device, StampedContent Content, CrashedSnapshot? Snapshot);
