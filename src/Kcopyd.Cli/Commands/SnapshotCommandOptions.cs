using System.CommandLine;
using Kcopyd.Cli.Requests;

namespace Kcopyd.Cli.Commands;

/// <summary>A command about snapshots with its options, and what was given for them.</summary>
internal sealed class SnapshotCommandOptions
{
    private readonly Command _command;
    private readonly TransferOptions _options = new();

    internal SnapshotCommandOptions(Command command, params ReadOnlySpan<OptionText> options)
    {
        _command = command;
        _options.AddTo(command, [SnapshotOptionText.Table, .. options]);
    }

    /// <summary>The command, which does this.</summary>
    internal Command Run(Func<SnapshotOrder, Task<int>> run)
    {
        _command.SetAction((parsed, _) => run(SnapshotOrderReader.Read(Read(parsed), TableInput.Standard)));
        return _command;
    }

    private SnapshotText Read(ParseResult parsed) => new(_options.Value(parsed, SnapshotOptionText.Table))
    {
        Size = _options.Value(parsed, SnapshotOptionText.Size),
        Sector = _options.Value(parsed, OptionText.Sector),
        Count = _options.Value(parsed, OptionText.Count),
        Rate = _options.Value(parsed, OptionText.Rate),
        Progress = _options.Value(parsed, OptionText.Progress),
        Force = _options.IsGiven(parsed, SnapshotOptionText.Force),
        Areas = _options.IsGiven(parsed, SnapshotOptionText.Areas),
        ShowTable = _options.IsGiven(parsed, OptionText.ShowTable),
        Json = _options.IsGiven(parsed, OptionText.Json),
    };
}
