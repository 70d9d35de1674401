using System.Collections.Immutable;

namespace Kcopyd.Devices;

/// <summary>What tells a device from another of the same name.</summary>
/// <param name="Uri">The URI that it was opened by.</param>
/// <param name="LengthBytes">Its size when it was opened.</param>
/// <param name="Marks">
/// What the system knows it by: <c>filesystem</c>, <c>inode</c>, <c>birth</c> of a file; <c>wwn</c>, <c>serial</c>,
/// <c>partition</c> of a disk; <c>backing</c> of a loop device; <c>sequence</c> of a disk, <c>BOOT:NUMBER</c>, within
/// one boot.
/// </param>
public sealed record BlockDeviceIdentity(
    string Uri, long LengthBytes, ImmutableSortedDictionary<string, string> Marks);
