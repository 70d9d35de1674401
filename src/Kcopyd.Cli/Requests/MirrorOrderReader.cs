using Kcopyd.Actors.Mirrors;
using Kcopyd.Core.Mirrors;

namespace Kcopyd.Cli.Requests;

/// <summary>Reads words of a command line about mirrors.</summary>
internal static class MirrorOrderReader
{
    private static readonly MirrorOptions Defaults = new();

    /// <summary>Reads all of it.</summary>
    /// <param name="text">The words.</param>
    /// <param name="input">Where the table is, if it is a hyphen.</param>
    /// <exception cref="RefusedException">Something is not what its option takes.</exception>
    /// <exception cref="MirrorTableException">The table describes no mirror.</exception>
    internal static MirrorOrder Read(MirrorText text, TextReader input)
    {
        var table = MirrorTable.Parse(TableInput.Read(text.Table, input, "mirror"));
        if (table.Log.Kind == MirrorLogKind.Journal)
        {
            throw new RefusedException(
                "a journal log is kept by the program that has the mirror: kcopyd mirror takes disk and core logs");
        }

        table = TableDevices.ByPath(table);
        return new MirrorOrder(table)
        {
            SizeBytes = ReadSize(text.Size, table),
            BytesPerSecond = TransferRequestReader.ReadRate(text.Rate),
            Recoveries = TransferRequestReader
                .ReadNumber("--recoveries", text.Recoveries, 1, MirrorPolicy.MaxRecoveries) ?? Defaults.Recoveries,
            Progress = TransferRequestReader.ReadProgress(text.Progress),
            Force = text.Force,
            ShowTable = text.ShowTable,
            Json = text.Json,
        };
    }

    private static long? ReadSize(string? text, MirrorTable table)
    {
        if (TransferRequestReader.ReadSize("--size", text) is not { } size)
        {
            return null;
        }

        var needed = table.Legs.Max(leg => leg.Offset) + table.Length;
        return size.Value / Core.Sectors.Size >= needed
            ? size.Value
            : throw new RefusedException(
                $"--size '{text}' is {size.Value} bytes, but the mirror needs legs of {needed} sectors");
    }
}
