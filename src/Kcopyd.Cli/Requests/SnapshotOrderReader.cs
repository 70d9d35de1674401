using Kcopyd.Core;
using Kcopyd.Core.Snapshots;

namespace Kcopyd.Cli.Requests;

/// <summary>Reads words of a command line about snapshots.</summary>
internal static class SnapshotOrderReader
{
    /// <summary>Reads all of it.</summary>
    /// <param name="text">The words.</param>
    /// <param name="input">Where the table is, if it is a hyphen.</param>
    /// <exception cref="RefusedException">Something is not what its option takes.</exception>
    /// <exception cref="SnapshotTableException">The table describes no snapshot.</exception>
    internal static SnapshotOrder Read(SnapshotText text, TextReader input)
    {
        var table = ReadTable(text.Table, input);
        return new SnapshotOrder(table)
        {
            SizeBytes = TransferRequestReader.ReadSize("--size", text.Size)?.Value,
            Range = ReadRange(text, table),
            BytesPerSecond = TransferRequestReader.ReadRate(text.Rate),
            Progress = TransferRequestReader.ReadProgress(text.Progress),
            Force = text.Force,
            ShowAreas = text.Areas,
            ShowTable = text.ShowTable,
            Json = text.Json,
        };
    }

    /// <summary>Reads the table alone.</summary>
    /// <param name="option">The word of --table: the line, or a hyphen.</param>
    /// <param name="input">Where the table is, if it is a hyphen.</param>
    /// <exception cref="RefusedException">There is none, or it has no store that outlives its snapshot,
    /// or a device of it does not exist.</exception>
    /// <exception cref="SnapshotTableException">It describes no snapshot.</exception>
    internal static SnapshotTable ReadTable(string? option, TextReader input)
    {
        var table = SnapshotTable.Parse(TableInput.Read(option, input, "snapshot"));
        return table.StoreKind switch
        {
            null => throw new RefusedException(
                $"the table is that of the origin {table.Origin}: the table of one of its snapshots is wanted"),
            SnapshotStoreKind.Transient => throw new RefusedException(
                "a transient snapshot (N) is in the memory of the program that has it: "
                + "kcopyd snapshot takes tables of type P or PO"),
            _ => TableDevices.ByPath(table),
        };
    }

    private static SectorRange ReadRange(SnapshotText text, SnapshotTable table)
    {
        var start = TransferRequestReader.ReadSectors("--sector", text.Sector) ?? 0;
        var count = TransferRequestReader.ReadSectors("--count", text.Count) ?? Math.Max(0, table.Length - start);
        return start <= table.Length && count <= table.Length - start
            ? SectorRange.Create(start, count)
            : throw new RefusedException(
                $"the snapshot has {table.Length} sectors, which is less than {count} from sector {start} on");
    }
}
