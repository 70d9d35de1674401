using Spectre.Console;
using Spectre.Console.Rendering;

namespace Kcopyd.Cli.Reporting;

/// <summary>A column of texts that are shown as they are: a file name may look like mark-up.</summary>
internal sealed class RowTextColumn : ProgressColumn
{
    private readonly Dictionary<int, string> _texts = [];

    protected override bool NoWrap => true;

    public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
        new Text(_texts.GetValueOrDefault(task.Id, string.Empty)).Ellipsis();

    /// <summary>From the next refresh on, the row has this text.</summary>
    internal void Set(ProgressTask row, string text) => _texts[row.Id] = text;
}
