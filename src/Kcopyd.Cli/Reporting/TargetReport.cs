namespace Kcopyd.Cli.Reporting;

/// <summary>A target in a JSON report.</summary>
/// <param name="Uri">Its name as the user gave it.</param>
/// <param name="BytesWritten">Bytes written or zeroed on it.</param>
/// <param name="BytesFlushed">How many of them are durable for sure.</param>
/// <param name="State"><c>good</c>, <c>failed</c> or <c>dropped</c>.</param>
internal sealed record TargetReport(string Uri, long BytesWritten, long BytesFlushed, string State);
