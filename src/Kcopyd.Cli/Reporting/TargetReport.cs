using System.Text.Json.Serialization;

namespace Kcopyd.Cli.Reporting;

/// <summary>A target in a JSON report.</summary>
/// <param name="Uri">Its name as the user gave it.</param>
/// <param name="BytesWritten">Bytes written or zeroed on it.</param>
/// <param name="BytesFlushed">How many of them are durable for sure.</param>
/// <param name="State"><c>good</c>, <c>failed</c> or <c>dropped</c>.</param>
internal sealed record TargetReport(string Uri, long BytesWritten, long BytesFlushed, string State)
{
    /// <summary>Bytes that earlier runs of a journaled job had made durable, so that this one did not write them
    /// again. In a progress report the others include them.</summary>
    public long BytesKept { get; init; }

    /// <summary>Bytes that a resume will not copy again; in a progress report of a journaled job.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? BytesJournaled { get; init; }
}
