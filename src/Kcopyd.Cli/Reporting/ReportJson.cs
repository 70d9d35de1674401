using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kcopyd.Cli.Reporting;

/// <summary>JSON of the reports, generated at build time: nothing is looked up by reflection when the program
/// starts.</summary>
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
    /// <summary>How reports are written and read. URIs, paths and sentences stand as they are: nobody puts them into a
    /// web page. <see cref="Default"/> knows nothing of this.</summary>
    internal static ReportJson Plain { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>The word for a value of an enumeration: <c>completedWithErrors</c>.</summary>
    internal static string Word<TEnum>(TEnum value)
        where TEnum : struct, Enum =>
        JsonNamingPolicy.CamelCase.ConvertName(value.ToString());
}
