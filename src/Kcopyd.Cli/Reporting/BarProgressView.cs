using Kcopyd.Actors.Copying;
using Kcopyd.Cli.Planning;

namespace Kcopyd.Cli.Reporting;

/// <summary>A live bar on the terminal of standard error.</summary>
/// <remarks>The terminal library is loaded with the first look, so that a short job never pays for it.</remarks>
internal sealed class BarProgressView(TransferPlan plan) : IProgressView
{
    /// <summary>What a terminal is told that hid its cursor.</summary>
    internal const string ShowCursor = "\e[?25h";

    private TerminalBar? _bar;

    // Below a third of a second a bar is a flash.
    public TimeSpan First => TimeSpan.FromMilliseconds(300);

    public TimeSpan Every => TimeSpan.FromMilliseconds(100);

    public void Show(CopyProgress progress)
    {
        _bar ??= new TerminalBar(plan);
        _bar.Show(progress);
    }

    public ValueTask EndAsync(CopyCompleted completed) => _bar is null ? ValueTask.CompletedTask : new(_bar.EndAsync());

    public void Leave()
    {
        if (_bar is not null)
        {
            Console.Error.WriteLine(ShowCursor);
        }
    }
}
