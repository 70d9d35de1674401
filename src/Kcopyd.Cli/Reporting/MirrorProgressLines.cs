using System.Text.Json;

namespace Kcopyd.Cli.Reporting;

/// <summary>A line every few seconds for logs, or a JSON object a line for programs: that at once, every half second
/// and at the end.</summary>
internal sealed class MirrorProgressLines(TextWriter output, TimeProvider time, bool isJson) : IMirrorProgressView
{
    private readonly TimeSpan _every = isJson ? TimeSpan.FromMilliseconds(500) : TimeSpan.FromSeconds(5);
    private long? _last = isJson ? null : time.GetTimestamp();

    public void Show(MirrorProgress progress)
    {
        if (_last is { } last && time.GetElapsedTime(last) < _every)
        {
            return;
        }

        _last = time.GetTimestamp();
        output.WriteLine(isJson ? Json(progress) : $"kcopyd: {MirrorResultText.Line(progress)}");
    }

    public ValueTask EndAsync(MirrorProgress last) =>
        isJson ? new(output.WriteLineAsync(Json(last))) : ValueTask.CompletedTask;

    public void Leave()
    {
        // A line is always whole.
    }

    private static string Json(MirrorProgress progress) =>
        JsonSerializer.Serialize(MirrorProgressReport.Of(progress), ReportJson.Default.MirrorProgressReport);
}
