using Kcopyd.Actors.Copying;

namespace Kcopyd.Cli.Reporting;

/// <summary>A line of text every few seconds, for logs.</summary>
internal sealed class PlainProgressView(TextWriter output) : IProgressView
{
    /// <summary>Often enough to see that something happens, seldom enough for a log of hours.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    public TimeSpan First => Interval;

    public TimeSpan Every => Interval;

    public void Show(CopyProgress progress) => output.WriteLine($"kcopyd: {ProgressText.Line(progress)}");

    public ValueTask EndAsync(CopyCompleted completed) => ValueTask.CompletedTask;

    public void Leave()
    {
        // A line is always whole.
    }
}
