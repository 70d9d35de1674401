using Kcopyd.Actors.Copying;
using Kcopyd.Cli.Planning;
using Spectre.Console;

namespace Kcopyd.Cli.Reporting;

/// <summary>A bar for the job, and a line for each target where there is more to say than that. Not safe for
/// concurrent use.</summary>
internal sealed class TerminalBar
{
    private const int BarColumns = 30;

    private readonly TransferPlan _plan;
    private readonly TaskCompletionSource _over = new();
    private readonly Dictionary<string, ProgressTask> _targets = [];
    private readonly RowTextColumn _names = new();
    private readonly RowTextColumn _amounts = new();
    private readonly Task _shown;
    private ProgressContext _context = null!;
    private ProgressTask? _job;

    internal TerminalBar(TransferPlan plan)
    {
        _plan = plan;

        // The callback runs up to its first await before StartAsync returns, so the context is there when this
        // constructor ends.
        _shown = new Progress(OpenConsole()) { AutoRefresh = false, AutoClear = true }
            .Columns(_names, new ProgressBarColumn { Width = BarColumns }, new PercentageColumn(), _amounts)
            .StartAsync(context =>
            {
                _context = context;
                return _over.Task;
            });
    }

    internal void Show(CopyProgress progress)
    {
        _job ??= _context.AddTask("job");
        Set(_job, progress.Fraction, progress.Job.Value, ProgressText.Amount(progress));
        if (_plan.Targets.Length > 1 || progress.Targets.Any(target => target.State != CopyTargetState.Good))
        {
            foreach (var target in progress.Targets)
            {
                ShowTarget(target);
            }
        }

        _context.Refresh();
    }

    /// <summary>Takes the bar from the screen.</summary>
    internal Task EndAsync()
    {
        _over.TrySetResult();
        return _shown;
    }

    private static IAnsiConsole OpenConsole() => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Ansi = AnsiSupport.Yes,
        Interactive = InteractionSupport.Yes,
        ColorSystem = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
            ? ColorSystemSupport.Detect
            : ColorSystemSupport.NoColors,
        Out = new AnsiConsoleOutput(Console.Error),
    });

    private void ShowTarget(CopyTargetProgress target)
    {
        if (!_targets.TryGetValue(target.Uri, out var row))
        {
            row = _context.AddTask("target");
            _targets.Add(target.Uri, row);
        }

        var fraction = _plan.TotalBytes == 0 ? 1 : Math.Min(1, (double)target.Written.Value / _plan.TotalBytes);
        Set(row, fraction, target.Uri, ProgressText.Target(target));
    }

    private void Set(ProgressTask row, double fraction, string name, string amount)
    {
        _names.Set(row, name);
        _amounts.Set(row, amount);
        row.Value = fraction * row.MaxValue;
    }
}
