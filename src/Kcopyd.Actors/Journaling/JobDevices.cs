using System.Collections.Immutable;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Journaling;

/// <summary>The devices of a run, as found.</summary>
/// <param name="Source">Null for zeros.</param>
/// <param name="Targets">In the order of the job.</param>
internal sealed record JobDevices(BlockDeviceIdentity? Source, ImmutableArray<BlockDeviceIdentity> Targets);
