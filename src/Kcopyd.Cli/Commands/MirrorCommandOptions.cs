using System.CommandLine;
using Kcopyd.Cli.Requests;

namespace Kcopyd.Cli.Commands;

/// <summary>A command about mirrors with its options, and what was given for them.</summary>
internal sealed class MirrorCommandOptions
{
    private readonly Command _command;
    private readonly TransferOptions _options = new();

    internal MirrorCommandOptions(Command command, params ReadOnlySpan<OptionText> options)
    {
        _command = command;
        _options.AddTo(command, options);
    }

    /// <summary>The command, which does this.</summary>
    internal Command Run(Func<MirrorOrder, Task<int>> run)
    {
        _command.SetAction((parsed, _) => run(MirrorOrderReader.Read(Read(parsed), TableInput.Standard)));
        return _command;
    }

    private MirrorText Read(ParseResult parsed) => new(_options.Value(parsed, OptionText.Table))
    {
        Size = _options.Value(parsed, OptionText.Size),
        Rate = _options.Value(parsed, OptionText.Rate),
        Recoveries = _options.Value(parsed, OptionText.Recoveries),
        Progress = _options.Value(parsed, OptionText.Progress),
        Force = _options.IsGiven(parsed, OptionText.Force),
        ShowTable = _options.IsGiven(parsed, OptionText.ShowTable),
        Json = _options.IsGiven(parsed, OptionText.Json),
    };
}
