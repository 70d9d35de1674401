namespace Kcopyd.Devices;

/// <summary>What a URI names, found out without opening it for I/O and without changing anything.</summary>
/// <param name="Uri">The URI asked about.</param>
/// <param name="Exists">False for a file that could be created there.</param>
/// <param name="IsResizable">Whether it can be made longer: a regular file.</param>
/// <param name="LengthBytes">Its size; 0 where it does not exist.</param>
/// <param name="Storage">Where it lives; empty where it does not exist or lives nowhere.</param>
public sealed record BlockDeviceDescription(
    string Uri, bool Exists, bool IsResizable, long LengthBytes, IReadOnlyList<StorageExtent> Storage);
