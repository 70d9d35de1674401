using Kcopyd.Actors.Mirrors;
using Kcopyd.Core.Mirrors;

namespace Kcopyd.Cli.Requests;

/// <summary>Reads words of a command line about mirrors.</summary>
internal static class MirrorOrderReader
{
    private const string FromInput = "-";

    private static readonly MirrorOptions Defaults = new();

    /// <summary>Reads all of it.</summary>
    /// <param name="text">The words.</param>
    /// <param name="input">Where the table is, if it is a hyphen.</param>
    /// <exception cref="RefusedException">Something is not what its option takes.</exception>
    /// <exception cref="MirrorTableException">The table describes no mirror.</exception>
    internal static MirrorOrder Read(MirrorText text, TextReader input)
    {
        var line = text.Table ?? throw new RefusedException("--table is missing: it says what the mirror is");
        var table = MirrorTable.Parse(line == FromInput ? ReadLine(input) : line);
        if (table.Log.Kind == MirrorLogKind.Journal)
        {
            throw new RefusedException(
                "a journal log is kept by the program that has the mirror: kcopyd mirror takes disk and core logs");
        }

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

    /// <summary>The one line that is no comment and not empty, as device-mapper's table files have it.</summary>
    private static string ReadLine(TextReader input)
    {
        string? table = null;
        while (input.ReadLine() is { } line)
        {
            if (string.IsNullOrWhiteSpace(line) || line.TrimStart().StartsWith('#'))
            {
                continue;
            }

            table = table is null
                ? line
                : throw new RefusedException("standard input has more than one table line: a mirror has one");
        }

        return table ?? throw new RefusedException("standard input has no table line");
    }
}
