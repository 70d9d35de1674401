using System.Collections.Immutable;
using System.CommandLine;
using Kcopyd.Cli.Requests;
using Kcopyd.Core.Copying;

namespace Kcopyd.Cli.Commands;

/// <summary>The options that commands share, and what was given for them.</summary>
/// <remarks>
/// Decided: values are taken as words here and read by <see cref="TransferRequestReader"/>. Because: every message is
/// then one
/// sentence of ours that names the option and what it takes. Instead of: the parser's own conversions.
/// </remarks>
internal sealed class TransferOptions
{
    private readonly Dictionary<string, Option<string>> _values = [];
    private readonly Dictionary<string, Option<bool>> _flags = [];

    /// <summary>Adds the options of a command to it, in the order of its help.</summary>
    internal void AddTo(Command command, params ReadOnlySpan<OptionText> options)
    {
        foreach (var text in options)
        {
            if (text.Value is null)
            {
                var flag = new Option<bool>(text.Name, text.Aliases)
                {
                    Description = text.Description,
                    Arity = ArgumentArity.Zero,
                };
                _flags.Add(text.Name, flag);
                command.Options.Add(flag);
            }
            else
            {
                var option = new Option<string>(text.Name, text.Aliases)
                {
                    Description = text.Description,
                    HelpName = text.Value,
                };
                _values.Add(text.Name, option);
                command.Options.Add(option);
            }
        }
    }

    /// <summary>What was given for them.</summary>
    internal TransferText Read(ParseResult parsed, CopyJobKind kind, string? source, ImmutableArray<string> targets) =>
        new(kind, source, targets)
        {
            Sector = Value(parsed, OptionText.Sector),
            Count = Value(parsed, OptionText.Count),
            TargetSector = Value(parsed, OptionText.TargetSector),
            Pages = Value(parsed, OptionText.Pages),
            Segment = Value(parsed, OptionText.Segment),
            InFlight = Value(parsed, OptionText.InFlight),
            Rate = Value(parsed, OptionText.Rate),
            Percent = Value(parsed, OptionText.Percent),
            OnTargetError = Value(parsed, OptionText.OnTargetError),
            OnReadError = Value(parsed, OptionText.OnReadError),
            Progress = Value(parsed, OptionText.Progress),
            Direct = IsGiven(parsed, OptionText.Direct),
            IgnoreError = IsGiven(parsed, OptionText.IgnoreError),
            Sequential = IsGiven(parsed, OptionText.Sequential),
            Sparse = IsGiven(parsed, OptionText.Sparse),
            Verify = IsGiven(parsed, OptionText.Verify),
            Flush = IsGiven(parsed, OptionText.Flush),
            Digest = IsGiven(parsed, OptionText.Digest),
            Json = IsGiven(parsed, OptionText.Json),
        };

    /// <summary>What was given about the journal.</summary>
    internal JournalText ReadJournal(ParseResult parsed) => new()
    {
        Journal = Value(parsed, OptionText.Journal),
        Job = Value(parsed, OptionText.Job),
        CheckpointInterval = Value(parsed, OptionText.CheckpointInterval),
        NoJournal = IsGiven(parsed, OptionText.NoJournal),
        Restart = IsGiven(parsed, OptionText.Restart),
        Trust = IsGiven(parsed, OptionText.Trust),
    };

    /// <summary>The word that was given for an option; null for none.</summary>
    internal string? Value(ParseResult parsed, OptionText option) =>
        _values.TryGetValue(option.Name, out var known) ? parsed.GetValue(known) : null;

    /// <summary>Whether a flag was given.</summary>
    internal bool IsGiven(ParseResult parsed, OptionText option) =>
        _flags.TryGetValue(option.Name, out var known) && parsed.GetValue(known);
}
