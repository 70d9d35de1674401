namespace Kcopyd.Cli.Requests;

/// <summary>The table line that a command is given.</summary>
internal static class TableInput
{
    private const string FromInput = "-";

    /// <summary>Standard input; empty where there is none.</summary>
    internal static TextReader Standard =>
        InheritedDescriptor.IsOpen(InheritedDescriptor.Input) ? Console.In : TextReader.Null;

    /// <summary>The line.</summary>
    /// <param name="option">The word of --table: the line, or a hyphen.</param>
    /// <param name="input">Where the line is, if it is a hyphen.</param>
    /// <param name="what">What it is a table of: a mirror, a snapshot.</param>
    /// <exception cref="RefusedException">There is none, or more than one.</exception>
    internal static string Read(string? option, TextReader input, string what) => option switch
    {
        null => throw new RefusedException($"--table is missing: it says what the {what} is"),
        FromInput => Read(input, what),
        _ when File.Exists(option) => throw new RefusedException(
            $"--table takes the line itself: --table - < {Quoted(option)} reads it from that file"),
        _ => option,
    };

    /// <summary>A word as a shell takes it.</summary>
    private static string Quoted(string word) => word.Any(static letter => !IsPlain(letter))
        ? $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'"
        : word;

    private static bool IsPlain(char letter) => char.IsAsciiLetterOrDigit(letter) || letter is '/' or '.' or '-' or '_';

    /// <summary>The one line that is no comment and not empty, as device-mapper's table files have it.</summary>
    private static string Read(TextReader input, string what)
    {
        string? table = null;
        while (input.ReadLine() is { } line)
        {
            if (string.IsNullOrWhiteSpace(line) || line.TrimStart().StartsWith('#'))
            {
                continue;
            }

            table = table is null
                ? line
                : throw new RefusedException($"standard input has more than one table line: a {what} has one");
        }

        return table ?? throw new RefusedException("standard input has no table line");
    }
}
