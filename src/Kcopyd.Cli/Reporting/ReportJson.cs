using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kcopyd.Cli.Reporting;

/// <summary>JSON of the reports, generated at build time: nothing is looked up by reflection when the program
/// starts.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ResultReport))]
[JsonSerializable(typeof(ProgressReport))]
[JsonSerializable(typeof(JobReport[]))]
[JsonSerializable(typeof(MirrorProgressReport))]
[JsonSerializable(typeof(MirrorStatusReport))]
[JsonSerializable(typeof(MirrorSyncReport))]
[JsonSerializable(typeof(MirrorCheckReport))]
[JsonSerializable(typeof(MergeProgressReport))]
[JsonSerializable(typeof(SnapshotStatusReport))]
[JsonSerializable(typeof(SnapshotMergeReport))]
[JsonSerializable(typeof(ServeReport))]
internal sealed partial class ReportJson : JsonSerializerContext
{
    /// <summary>The word for a value of an enumeration: <c>completedWithErrors</c>.</summary>
    internal static string Word<TEnum>(TEnum value)
        where TEnum : struct, Enum =>
        JsonNamingPolicy.CamelCase.ConvertName(value.ToString());
}
