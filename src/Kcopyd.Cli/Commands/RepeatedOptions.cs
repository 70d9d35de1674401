using System.Collections.Immutable;
using System.CommandLine;

namespace Kcopyd.Cli.Commands;

/// <summary>Options that may be given several times.</summary>
internal sealed class RepeatedOptions
{
    private readonly Dictionary<string, Option<string[]>> _options = [];

    /// <summary>Adds them to a command, in the order of its help.</summary>
    internal void AddTo(Command command, params ReadOnlySpan<OptionText> options)
    {
        foreach (var text in options)
        {
            var option = new Option<string[]>(text.Name, text.Aliases)
            {
                Description = text.Description,
                HelpName = text.Value,
            };
            _options.Add(text.Name, option);
            command.Options.Add(option);
        }
    }

    /// <summary>The words that were given for one.</summary>
    internal ImmutableArray<string> Values(ParseResult parsed, OptionText option) =>
        [.. parsed.GetValue(_options[option.Name]) ?? []];
}
