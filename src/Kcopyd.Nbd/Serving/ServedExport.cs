using System.Numerics;
using Kcopyd.Devices;
using Kcopyd.Nbd.Protocol;

namespace Kcopyd.Nbd.Serving;

/// <summary>An export while it is served: what clients are told of it, and who uses it.</summary>
internal sealed class ServedExport
{
    /// <summary>What a client that does not ask keeps to; unit: bytes.</summary>
    private const int UnaskedBlock = 512;

    private const uint PreferredBlock = 4096;

    public ServedExport(NbdExport export, int maxRequestBytes)
    {
        Export = export;
        Epochs = new ExportEpochs(export.Device);
        var geometry = export.Device.Geometry;
        Sizes = SizesOf(geometry, (uint)maxRequestBytes);
        Size = new NbdExportSize(geometry.LengthBytes, FlagsOf(export, geometry));
    }

    public NbdExport Export { get; }

    public IBlockDevice Device => Export.Device;

    public ExportEpochs Epochs { get; }

    public NbdExportSize Size { get; }

    public NbdBlockSizes Sizes { get; }

    public bool IsReadOnly => Size.Flags.HasFlag(NbdTransmissionFlags.ReadOnly);

    /// <summary>Whether a client that does not ask for block sizes would send what the device cannot do.</summary>
    public bool NeedsBlockSizes => Sizes.Minimum > UnaskedBlock;

    /// <summary>Cancelled when the export is no longer served.</summary>
    public CancellationTokenSource Ending { get; } = new();

    /// <summary>A minimum and a preferred size that are powers of two, the latter at least a page and at most what a
    /// request may have.</summary>
    private static NbdBlockSizes SizesOf(BlockDeviceGeometry geometry, uint maximum)
    {
        var minimum = BitOperations.RoundUpToPowerOf2((uint)geometry.LogicalBlockSize);
        var wanted = Math.Max(PreferredBlock, BitOperations.RoundUpToPowerOf2((uint)geometry.PhysicalBlockSize));
        var most = 1u << BitOperations.Log2(maximum);
        return new NbdBlockSizes(minimum, Math.Max(minimum, Math.Min(wanted, most)), maximum);
    }

    private static NbdTransmissionFlags FlagsOf(NbdExport export, BlockDeviceGeometry geometry)
    {
        var flags = NbdTransmissionFlags.HasFlags
            | NbdTransmissionFlags.SendDontFragment
            | NbdTransmissionFlags.CanMultiConn;
        if (export.IsReadOnly || geometry.IsReadOnly)
        {
            return flags | NbdTransmissionFlags.ReadOnly;
        }

        flags |= NbdTransmissionFlags.SendFlush
            | NbdTransmissionFlags.SendFua
            | NbdTransmissionFlags.SendWriteZeroes;
        return geometry.Can(BlockDeviceAbilities.Discard) ? flags | NbdTransmissionFlags.SendTrim : flags;
    }
}
