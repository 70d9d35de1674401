using System.Text.Json;
using System.Text.Json.Nodes;
using Kcopyd.Benchmarks.Contests;

namespace Kcopyd.Benchmarks.Reporting;

/// <summary>Reports as programs read them: raw numbers, one for each round.</summary>
internal static class ReportJson
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Writes them to a file.</summary>
    public static void Write(string path, IEnumerable<CaseReport> reports, IEnumerable<string> failures)
    {
        var document = new JsonObject
        {
            ["processors"] = Environment.ProcessorCount,
            ["system"] = System.Runtime.InteropServices.RuntimeInformation.OSDescription,
            ["reports"] = Array(reports.Select(Report)),
            ["failures"] = Array(failures.Select(failure => (JsonNode)failure)),
        };
        File.WriteAllText(path, document.ToJsonString(Indented) + "\n");
    }

    private static JsonObject Report(CaseReport report) => new()
    {
        ["case"] = report.Case,
        ["title"] = report.Title,
        ["sizeBytes"] = report.Contest?.Size.Value,
        ["contenders"] = Array((report.Contest?.Rows ?? []).Select(Row)),
        ["figures"] = Array(report.Figures.Select(Figure)),
        ["bars"] = Array(report.Bars.Select(Bar)),
        ["notes"] = Array(report.Notes.Select(note => (JsonNode)note)),
    };

    private static JsonObject Row(ContenderResult row) => new()
    {
        ["name"] = row.Name,
        ["elapsedSeconds"] = Array(row.Samples.Select(sample => (JsonNode)Measures.Seconds(sample))),
        ["cpuSeconds"] = Array(row.Samples.Select(sample => (JsonNode)Measures.CpuSeconds(sample))),
        ["peakBytes"] = Array(row.Samples.Select(sample => (JsonNode)sample.PeakBytes)),
    };

    private static JsonObject Figure(Figure figure) => new()
    {
        ["name"] = figure.Name,
        ["value"] = figure.Value,
        ["unit"] = figure.Unit,
    };

    private static JsonObject Bar(Bar bar) => new()
    {
        ["text"] = bar.Text,
        ["measured"] = double.IsFinite(bar.Measured) ? bar.Measured : null,
        ["limit"] = bar.Limit,
        ["isFloor"] = bar.IsFloor,
        ["isJudged"] = bar.IsJudged,
        ["isMet"] = bar.IsMet,
    };

    private static JsonArray Array(IEnumerable<JsonNode> nodes) => [.. nodes];
}
