using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Kcopyd.Actors.Snapshots;
using Kcopyd.Cli.Requests;
using Kcopyd.Core.Snapshots;

namespace Kcopyd.Cli.Reporting;

/// <summary>Prints what came of a command about a snapshot: the result on standard output, each error on standard
/// error.</summary>
internal static class SnapshotReport
{
    /// <summary>A store that was made: the table to use it by.</summary>
    internal static void PrintCreated(SnapshotOrder order, CowStoreContent content) => Print(
        order,
        SnapshotStatusReport.Of(order, content, []),
        ReportJson.Plain.SnapshotStatusReport,
        [content.Table.ToString()]);

    /// <summary>How a store is.</summary>
    internal static void Print(SnapshotOrder order, CowStoreContent content, IReadOnlyList<string> failures)
    {
        foreach (var failure in failures)
        {
            Speech.Complain(failure);
        }

        Print(
            order,
            SnapshotStatusReport.Of(order, content, failures),
            ReportJson.Plain.SnapshotStatusReport,
            Lines(order, content));
    }

    /// <summary>Says on standard error that the chunk size of the table is not used, where it is not.</summary>
    internal static void RemarkChunks(SnapshotOrder order, SnapshotTable found)
    {
        if (SnapshotResultText.ChunkRemark(order.Table, found) is { } remark)
        {
            Speech.Complain(remark);
        }
    }

    /// <summary>What came of a merge.</summary>
    internal static void Print(SnapshotOrder order, SnapshotMergeResult result)
    {
        foreach (var complaint in SnapshotResultText.Complaints(result))
        {
            Speech.Complain(complaint);
        }

        Print(
            order,
            SnapshotMergeReport.Of(order, result),
            ReportJson.Plain.SnapshotMergeReport,
            [SnapshotResultText.Summary(result)]);
    }

    private static IEnumerable<string> Lines(SnapshotOrder order, CowStoreContent content)
    {
        if (order.ShowTable)
        {
            yield return content.Table.ToString();
        }

        yield return SnapshotResultText.StatusLine(content);
        if (!content.IsValid)
        {
            yield break;
        }

        yield return SnapshotResultText.Summary(content);
        foreach (var area in order.ShowAreas ? content.Areas : [])
        {
            yield return SnapshotResultText.Line(area);
        }
    }

    private static void Print<T>(SnapshotOrder order, T report, JsonTypeInfo<T> type, IEnumerable<string> lines)
    {
        try
        {
            Console.Out.WriteLine(
                order.Json ? JsonSerializer.Serialize(report, type) : string.Join('\n', lines));
        }
        catch (IOException e)
        {
            throw new ReportException($"it is over, but its result could not be written: {e.Message}", e);
        }
    }
}
