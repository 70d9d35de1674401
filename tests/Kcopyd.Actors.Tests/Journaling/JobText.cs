using System.Text.Json;
using Kcopyd.Actors.Journaling;

namespace Kcopyd.Actors.Tests.Journaling;

/// <summary>Events, snapshots and records as text with every public property: equal texts are equal values, also where
/// lists are compared by reference.</summary>
internal static class JobText
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static string Of(JobEvent happened) => $"{happened.GetType().Name} {Json(happened)}";

    public static string Of(JobSnapshot snapshot) => Json(snapshot);

    public static string Of(IEnumerable<JobEvent> history) => string.Join('\n', history.Select(Of));

    public static string Of(JobRecord record)
    {
        var targets = Enumerable.Range(0, record.Description?.Targets.Length ?? 0);
        var flushed = targets.Select(i => $"target {i}: {string.Join(' ', record.FlushedOn(i))}");
        return $"{Json(record)}\n{string.Join('\n', flushed)}";
    }

    private static string Json(object value) => JsonSerializer.Serialize(value, value.GetType(), Indented);
}
