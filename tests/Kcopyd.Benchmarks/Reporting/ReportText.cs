using System.Globalization;
using System.Text;
using Kcopyd.Benchmarks.Contests;
using Kcopyd.Core;

namespace Kcopyd.Benchmarks.Reporting;

/// <summary>A report as people read it.</summary>
internal static class ReportText
{
    /// <summary>Formats one.</summary>
    public static string Format(CaseReport report)
    {
        var text = new StringBuilder();
        text.AppendLine($"{report.Case}: {report.Title}");
        text.Append(report.Contest is { } contest ? FormatContest(contest) : FormatFigures(report));
        foreach (var bar in report.Bars)
        {
            text.AppendLine($"  bar: {FormatBar(bar)}");
        }

        foreach (var note in report.Notes)
        {
            text.AppendLine($"  note: {note}");
        }

        return text.ToString();
    }

    private static TextTable FormatContest(ContestResult contest)
    {
        var table = new TextTable(
            "program", "time", "spread", "MiB/s", "CPU s/GiB", "peak MiB", "time x", "CPU x", "peak x");
        foreach (var row in contest.Rows)
        {
            var seconds = row.Median(Measures.Seconds);
            var isOwn = row.Name == Contenders.Program;
            table.Add(
                row.Name,
                $"{Number(seconds, "0.000")} s",
                $"{Number(row.Spread * 100, "0")} %",
                Number(contest.Size.Value / 1.MiB.Value / seconds, "0"),
                Number(contest.CpuSecondsPerGibiByte(row), "0.000"),
                Number(row.Median(Measures.PeakBytes) / 1.MiB.Value, "0.0"),
                isOwn ? "-" : Number(contest.Ratio(row, Measures.Seconds), "0.00"),
                isOwn ? "-" : Number(contest.Ratio(row, Measures.CpuSeconds), "0.00"),
                isOwn ? "-" : Number(contest.Ratio(row, Measures.PeakBytes), "0.0"));
        }

        return table;
    }

    private static TextTable FormatFigures(CaseReport report)
    {
        var table = new TextTable("figure", "value", "unit");
        foreach (var figure in report.Figures)
        {
            table.Add(figure.Name, Number(figure.Value, Digits(figure.Value)), figure.Unit);
        }

        return table;
    }

    private static string FormatBar(Bar bar)
    {
        var sense = bar.IsFloor ? "least" : "most";
        var limit = $"{bar.Text}: {Number(bar.Measured, "#,0.00")}, at {sense} {Number(bar.Limit, "#,0.##")}";
        var distance = $"{Number(bar.Distance * 100, "0")} %";
        return (bar.IsJudged, bar.IsMet) switch
        {
            (false, _) => $"{limit}: not judged at this size",
            (true, true) => $"{limit}: met, {distance} to spare",
            (true, false) => $"{limit}: MISSED by {distance}",
        };
    }

    /// <summary>Three digits that count, or all before the point.</summary>
    private static string Digits(double value) => value switch
    {
        >= 100 => "#,0",
        >= 10 => "0.#",
        _ => "0.###",
    };

    private static string Number(double value, string format) =>
        double.IsFinite(value) ? value.ToString(format, CultureInfo.InvariantCulture) : "?";
}
