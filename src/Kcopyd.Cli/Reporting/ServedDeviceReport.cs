using System.Text.Json.Serialization;

namespace Kcopyd.Cli.Reporting;

/// <summary>A device in <c>kcopyd status --json</c>. Names and units are a contract with programs.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Table">Its table, a line for each part.</param>
/// <param name="Status">Its status as device-mapper has it, a line for each part; empty: it does not run.</param>
internal sealed record ServedDeviceReport(string Name, IReadOnlyList<string> Table, IReadOnlyList<string> Status)
{
    /// <summary>Whether clients can use it: not, if another device is made of it.</summary>
    public bool Exported { get; init; }

    public bool ReadOnly { get; init; }

    /// <summary>What is wrong with it, sentences.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ServedWorkReport? Work { get; init; }
}
