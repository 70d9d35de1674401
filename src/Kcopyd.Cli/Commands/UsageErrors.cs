using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;

namespace Kcopyd.Cli.Commands;

/// <summary>What is wrong with a command line, in one sentence. Pure.</summary>
internal static class UsageErrors
{
    /// <summary>The sentence; null where nothing is wrong.</summary>
    /// <param name="parsed">What the parser made of it.</param>
    /// <param name="args">The words.</param>
    internal static string? Find(ParseResult parsed, string[] args)
    {
        // Help and version are given whatever else is on the line.
        if (parsed.Action is not ParseErrorAction and SynchronousCommandLineAction)
        {
            return null;
        }

        if (parsed.CommandResult.Command is RootCommand)
        {
            return parsed.UnmatchedTokens is [{ } first, ..]
                ? $"there is no command or option '{first}' (kcopyd --help lists them)"
                : "a command is missing: copy, zero, verify, jobs, resume, forget, mirror, snapshot, serve, status or "
                    + "demo (kcopyd --help explains them)";
        }

        if (parsed.CommandResult.Command is { Name: (MirrorCommand.Name or SnapshotCommand.Name) and var family })
        {
            var commands = family == MirrorCommand.Name ? MirrorCommand.Commands : SnapshotCommand.Commands;
            return parsed.UnmatchedTokens is [{ } word, ..]
                ? $"there is no command or option '{word}' of {family} (kcopyd {family} --help lists them)"
                : $"what to do with the {family} is missing: {commands} (kcopyd {family} --help explains them)";
        }

        var see = $"(see kcopyd {NameOf(parsed.CommandResult)} --help)";
        if (UnknownOption(parsed, args) is { } option)
        {
            return $"there is no option '{option}' here; a path that begins with a dash is written './{option}' {see}";
        }

        if (FlagWithValue(parsed, args) is { } flag)
        {
            return $"{flag} takes no value {see}";
        }

        return parsed.Errors is [{ } error, ..] ? $"{Lowered(error.Message.TrimEnd('.'))} {see}" : null;
    }

    /// <summary>The parser takes an option that it does not know for one more argument: a mistyped option would
    /// become a file.</summary>
    private static string? UnknownOption(ParseResult parsed, string[] args)
    {
        var words = args.TakeWhile(word => word != "--").ToHashSet(StringComparer.Ordinal);
        return parsed.CommandResult.Children
            .OfType<ArgumentResult>()
            .SelectMany(argument => argument.Tokens)
            .FirstOrDefault(token => token.Value is ['-', _, ..] && words.Contains(token.Value))?.Value;
    }

    /// <summary>The value of a flag, <c>--json=yes</c>, would become a file as well.</summary>
    private static string? FlagWithValue(ParseResult parsed, string[] args) => args
        .TakeWhile(word => word != "--")
        .Where(word => word.StartsWith("--", StringComparison.Ordinal) && word.IndexOfAny(['=', ':']) > 0)
        .Select(word => word[..word.IndexOfAny(['=', ':'])])
        .FirstOrDefault(name => parsed.CommandResult.Command.Options.Any(
            option => option.Name == name && option.Arity.MaximumNumberOfValues == 0));

    private static string NameOf(CommandResult command) =>
        command.Parent is CommandResult { Command: not RootCommand and var family }
            ? $"{family.Name} {command.Command.Name}"
            : command.Command.Name;

    private static string Lowered(string sentence) => $"{char.ToLowerInvariant(sentence[0])}{sentence[1..]}";
}
