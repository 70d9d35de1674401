using Kcopyd.Cli.Requests;

namespace Kcopyd.Cli.Reporting;

/// <summary>Chooses how the progress of a command about a mirror or a snapshot is shown.</summary>
internal static class WorkProgressViews
{
    internal static IWorkProgressView Create(ProgressStyle style) => style switch
    {
        ProgressStyle.None => new WorkProgressLines(TextWriter.Null, TimeProvider.System, isJson: false),
        ProgressStyle.Json => new WorkProgressLines(Console.Error, TimeProvider.System, isJson: true),
        ProgressStyle.Auto when ProgressViews.IsTerminal() => new WorkProgressBar(TimeProvider.System),
        _ => new WorkProgressLines(Console.Error, TimeProvider.System, isJson: false),
    };
}
