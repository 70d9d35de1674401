using Spectre.Console;

namespace Kcopyd.Cli.Reporting;

/// <summary>Tables on standard output.</summary>
internal static class TableConsole
{
    /// <summary>For who reads from a pipe nothing is folded: wider than any row.</summary>
    private const int Unfolded = 10_000;

    /// <summary>A table as all of them look.</summary>
    internal static Table NewTable(params string[] columns)
    {
        var table = new Table { Border = TableBorder.Simple, ShowRowSeparators = false };
        return table.AddColumns(columns);
    }

    internal static IAnsiConsole Open()
    {
        var isPiped = Console.IsOutputRedirected;
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = isPiped ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = isPiped || !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
                ? ColorSystemSupport.NoColors
                : ColorSystemSupport.Detect,
            Out = new AnsiConsoleOutput(Console.Out),
        });
        if (isPiped)
        {
            console.Profile.Width = Unfolded;
        }

        return console;
    }
}
