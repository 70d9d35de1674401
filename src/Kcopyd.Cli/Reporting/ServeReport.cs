using System.Text.Json;

namespace Kcopyd.Cli.Reporting;

/// <summary>How a running server is: what <c>kcopyd status --json</c> prints. Names and units are a contract with
/// programs.</summary>
/// <param name="ProcessId">Its process.</param>
/// <param name="StartedAt">When it began.</param>
internal sealed record ServeReport(int ProcessId, DateTimeOffset StartedAt)
{
    /// <summary>Where clients find it: URIs without the name of an export.</summary>
    public required IReadOnlyList<string> Addresses { get; init; }

    public required IReadOnlyList<ServedDeviceReport> Devices { get; init; }

    /// <summary>Jobs of the journal that are not over; empty without a journal.</summary>
    public required IReadOnlyList<JobReport> Jobs { get; init; }

    public required IReadOnlyList<ServedClientReport> Clients { get; init; }

    /// <summary>What is wrong with the server itself, sentences.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    internal string Serialize() => JsonSerializer.Serialize(this, ReportJson.Plain.ServeReport);

    /// <exception cref="JsonException">It is none.</exception>
    internal static ServeReport Parse(string document) =>
        JsonSerializer.Deserialize(document, ReportJson.Plain.ServeReport)
        ?? throw new JsonException("The document is null.");
}
