using Kcopyd.Core;
using Kcopyd.Devices;

namespace Kcopyd.Cli.Planning;

/// <summary>Whether a range suits the blocks of its device. Pure.</summary>
/// <remarks>The engine checks it too, but only for a device that has its final length; this comes before any is
/// created.</remarks>
internal static class DirectAlignment
{
    /// <summary>Refuses a range that does not begin and end on a block; the end of the device is a good end.</summary>
    /// <exception cref="RefusedException">It does not; the sentence has the numbers.</exception>
    internal static void Check(string uri, BlockDeviceGeometry geometry, SectorRange range, long lengthBytes)
    {
        var block = geometry.LogicalBlockSize;
        var endsWell = range.CountBytes % block == 0 || range.End * Sectors.Size >= lengthBytes;
        if (block > 1 && !range.IsEmpty && (range.StartBytes % block != 0 || !endsWell))
        {
            throw new RefusedException(
                $"sectors {range.Start} to {range.End - 1} of {uri} do not begin and end on its blocks "
                + $"of {block} bytes ({block / Sectors.Size} sectors)");
        }
    }
}
