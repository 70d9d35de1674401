using Spectre.Console;

namespace Kcopyd.Cli.Reporting;

/// <summary>Live rows of a name, a bar and an amount on the terminal of standard error. Not safe for concurrent
/// use.</summary>
internal sealed class TerminalRows
{
    private const int BarColumns = 30;

    private readonly TaskCompletionSource _over = new();
    private readonly Dictionary<string, ProgressTask> _rows = [];
    private readonly RowTextColumn _names = new();
    private readonly RowTextColumn _amounts = new();
    private readonly Task _shown;
    private ProgressContext _context = null!;

    internal TerminalRows()
    {
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

    /// <summary>A row as it is from the next refresh on; a new key is a new row.</summary>
    internal void Set(string key, double fraction, string name, string amount)
    {
        if (!_rows.TryGetValue(key, out var row))
        {
            row = _context.AddTask("row");
            _rows.Add(key, row);
        }

        _names.Set(row, name);
        _amounts.Set(row, amount);
        row.Value = fraction * row.MaxValue;
    }

    /// <summary>Shows the rows.</summary>
    internal void Refresh() => _context.Refresh();

    /// <summary>Takes the rows from the screen.</summary>
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
}
