using Kcopyd.Devices;
using Kcopyd.Nbd.Protocol;

namespace Kcopyd.Nbd.Client;

/// <summary>What a client and a server agreed on.</summary>
/// <param name="Size">How long the export is and what it can do.</param>
/// <param name="Sizes">How requests must be cut.</param>
/// <param name="IsStructured">Whether replies come in chunks.</param>
/// <param name="AllocationContext">The server's number of <c>base:allocation</c>; null: it does not tell.</param>
internal sealed record NbdTerms(
    NbdExportSize Size, NbdBlockSizes Sizes, bool IsStructured, uint? AllocationContext)
{
    /// <summary>What the export can do beyond reading and writing.</summary>
    public BlockDeviceAbilities Abilities =>
        (Can(NbdTransmissionFlags.SendWriteZeroes) ? BlockDeviceAbilities.WriteZeroes : 0)
        | (Can(NbdTransmissionFlags.SendTrim) ? BlockDeviceAbilities.Discard : 0)
        | (AllocationContext is not null ? BlockDeviceAbilities.BlockStatus : 0);

    public bool Can(NbdTransmissionFlags flags) => (Size.Flags & flags) == flags;
}
