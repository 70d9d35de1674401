using Kcopyd.Cli.Requests;

namespace Kcopyd.Cli.Reporting;

/// <summary>Chooses how the progress of a mirror is shown.</summary>
internal static class MirrorProgressViews
{
    internal static IMirrorProgressView Create(ProgressStyle style) => style switch
    {
        ProgressStyle.None => new MirrorProgressLines(TextWriter.Null, TimeProvider.System, isJson: false),
        ProgressStyle.Json => new MirrorProgressLines(Console.Error, TimeProvider.System, isJson: true),
        ProgressStyle.Auto when ProgressViews.IsTerminal() => new MirrorProgressBar(TimeProvider.System),
        _ => new MirrorProgressLines(Console.Error, TimeProvider.System, isJson: false),
    };
}
