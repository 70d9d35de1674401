using System.Text.Json.Serialization;
using Kcopyd.Actors.Snapshots;
using Kcopyd.Cli.Requests;

namespace Kcopyd.Cli.Reporting;

/// <summary>What <c>snapshot status --json</c> and <c>snapshot create --json</c> print. Names and units are a contract
/// with programs.</summary>
/// <param name="Status">The status line.</param>
/// <param name="Table">The table line, with the chunk size of the store.</param>
internal sealed record SnapshotStatusReport(string Status, string Table)
{
    public bool Valid { get; init; }

    public int ChunkSectors { get; init; }

    public long AllocatedSectors { get; init; }

    public long TotalSectors { get; init; }

    public long MetadataSectors { get; init; }

    public double FillPercent { get; init; }

    public long Exceptions { get; init; }

    /// <summary>Only where they were asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<SnapshotAreaReport>? Areas { get; init; }

    public required IReadOnlyList<string> Failures { get; init; }

    internal static SnapshotStatusReport Of(
        SnapshotOrder order, CowStoreContent content, IReadOnlyList<string> failures) =>
        new(SnapshotResultText.StatusLine(content), content.Table.ToString())
        {
            Valid = content.IsValid,
            ChunkSectors = content.Table.ChunkSectors,
            AllocatedSectors = content.Status.Allocated,
            TotalSectors = content.Status.Total,
            MetadataSectors = content.Status.Metadata,
            FillPercent = SnapshotResultText.FillPercent(content.Status),
            Exceptions = content.ExceptionCount,
            Areas = order.ShowAreas ? [.. content.Areas.Select(SnapshotAreaReport.Of)] : null,
            Failures = failures,
        };
}
