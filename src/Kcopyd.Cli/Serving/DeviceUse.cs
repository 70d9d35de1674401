using Kcopyd.Core;
using Kcopyd.Devices;

namespace Kcopyd.Cli.Serving;

/// <summary>That a served device needs another one.</summary>
/// <param name="User">What needs it, in words: <c>the leg of disk</c>.</param>
/// <param name="Word">What its table calls it.</param>
/// <param name="Device">A path or a URI, the same for the same device; or that of another served one.</param>
/// <param name="Range">Which sectors; null: all.</param>
/// <param name="Access">What is done to it.</param>
internal sealed record DeviceUse(
    string User, string Word, string Device, SectorRange? Range, BlockDeviceAccess Access)
{
    /// <summary>Where device-mapper has its devices by their names: in a table, that is how one is named.</summary>
    internal const string Names = "/dev/mapper/";

    /// <summary>The name of the served device that it would be; null: it is none.</summary>
    internal string? Name => Device.StartsWith(Names, StringComparison.Ordinal) ? Device[Names.Length..] : null;
}
