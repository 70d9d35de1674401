namespace Kcopyd.Cli.Reporting;

/// <summary>A live bar on the terminal of standard error.</summary>
internal sealed class WorkProgressBar(TimeProvider time) : IWorkProgressView
{
    // Below a third of a second a bar is a flash.
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(300);

    private readonly long _began = time.GetTimestamp();
    private TerminalRows? _rows;

    public void Show(IWorkProgress progress)
    {
        if (_rows is null && time.GetElapsedTime(_began) < First)
        {
            return;
        }

        _rows ??= new TerminalRows();
        _rows.Set(progress.Name, progress.Fraction, progress.Name, progress.Amount);
        _rows.Refresh();
    }

    public ValueTask EndAsync(IWorkProgress last) => _rows is null ? ValueTask.CompletedTask : new(_rows.EndAsync());

    public void Leave()
    {
        if (_rows is not null)
        {
            Console.Error.WriteLine(BarProgressView.ShowCursor);
        }
    }
}
