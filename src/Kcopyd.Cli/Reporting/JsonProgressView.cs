using System.Text.Json;
using Kcopyd.Actors.Copying;
using Kcopyd.Core.Copying;

namespace Kcopyd.Cli.Reporting;

/// <summary>A JSON object a line, for programs: one at once, one every half second, one at the end.</summary>
internal sealed class JsonProgressView(TextWriter output) : IProgressView
{
    private CopyProgress? _last;

    // A watcher wants to see at once that the job runs.
    public TimeSpan First => TimeSpan.FromMilliseconds(1);

    public TimeSpan Every => TimeSpan.FromMilliseconds(500);

    public void Show(CopyProgress progress)
    {
        _last = progress;
        Write(ProgressReport.Of(progress));
    }

    public ValueTask EndAsync(CopyCompleted completed)
    {
        if (_last is { } last)
        {
            var done = completed.Outcome is CopyOutcome.Completed or CopyOutcome.CompletedWithErrors
                ? last.Total
                : last.Done;
            Write(ProgressReport.Of(last with
            {
                Status = CopyJobStatus.Ended,
                Done = done,
                Remaining = null,
                FailureCount = completed.FailureCount,
                Targets = [.. completed.Targets.Select(target =>
                    new CopyTargetProgress(
                        target.Uri,
                        new(target.BytesKept + target.BytesWritten),
                        new(target.BytesKept + target.BytesFlushed),
                        target.State)
                    {
                        Kept = new(target.BytesKept),
                    })],
            }));
        }

        return ValueTask.CompletedTask;
    }

    public void Leave()
    {
        // A line is always whole.
    }

    private void Write(ProgressReport report) =>
        output.WriteLine(JsonSerializer.Serialize(report, ReportJson.Plain.ProgressReport));
}
