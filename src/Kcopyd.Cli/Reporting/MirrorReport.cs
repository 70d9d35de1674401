using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Kcopyd.Cli.Requests;

namespace Kcopyd.Cli.Reporting;

/// <summary>Prints what came of a command about a mirror: the result on standard output, each error on standard
/// error.</summary>
internal static class MirrorReport
{
    /// <summary>How a mirror is.</summary>
    internal static void Print(MirrorOrder order, MirrorView view)
    {
        foreach (var failure in view.Failures)
        {
            Speech.Complain(failure.Reason);
        }

        var line = view.Status.ToStatusLine(order.Table);
        Print(
            order,
            MirrorStatusReport.Of(order, view),
            ReportJson.Plain.MirrorStatusReport,
            order.ShowTable ? $"{order.Table.ToTableLine()}\n{line}" : line);
    }

    /// <summary>What came of a synchronisation.</summary>
    internal static void Print(MirrorOrder order, MirrorSyncResult result)
    {
        foreach (var complaint in MirrorResultText.Complaints(order, result))
        {
            Speech.Complain(complaint);
        }

        Print(
            order,
            MirrorSyncReport.Of(order, result),
            ReportJson.Plain.MirrorSyncReport,
            MirrorResultText.Summary(result));
    }

    /// <summary>What a comparison found.</summary>
    internal static void Print(MirrorOrder order, MirrorCheckResult result)
    {
        foreach (var reason in result.Reasons)
        {
            Speech.Complain(reason);
        }

        Print(
            order,
            MirrorCheckReport.Of(order, result),
            ReportJson.Plain.MirrorCheckReport,
            MirrorResultText.Summary(result));
    }

    private static void Print<T>(MirrorOrder order, T report, JsonTypeInfo<T> type, string text)
    {
        try
        {
            Console.Out.WriteLine(order.Json ? JsonSerializer.Serialize(report, type) : text);
        }
        catch (IOException e)
        {
            throw new ReportException($"it is over, but its result could not be written: {e.Message}", e);
        }
    }
}
