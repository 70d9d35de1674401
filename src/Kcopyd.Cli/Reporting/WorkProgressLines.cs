namespace Kcopyd.Cli.Reporting;

/// <summary>A line every few seconds for logs, or a JSON object a line for programs: that at once, every half second
/// and at the end.</summary>
internal sealed class WorkProgressLines(TextWriter output, TimeProvider time, bool isJson) : IWorkProgressView
{
    private readonly TimeSpan _every = isJson ? TimeSpan.FromMilliseconds(500) : TimeSpan.FromSeconds(5);
    private long? _last = isJson ? null : time.GetTimestamp();

    public void Show(IWorkProgress progress)
    {
        if (_last is { } last && time.GetElapsedTime(last) < _every)
        {
            return;
        }

        _last = time.GetTimestamp();
        output.WriteLine(isJson ? progress.ToJson() : $"kcopyd: {Line(progress)}");
    }

    public ValueTask EndAsync(IWorkProgress last) =>
        isJson ? new(output.WriteLineAsync(last.ToJson())) : ValueTask.CompletedTask;

    public void Leave()
    {
        // A line is always whole.
    }

    /// <summary><c>37 %, 1.5 GiB of 4 GiB, 812 MiB/s, 3 s left</c>.</summary>
    private static string Line(IWorkProgress progress) =>
        $"{(int)Math.Floor(progress.Fraction * 100)} %, {progress.Amount}";
}
