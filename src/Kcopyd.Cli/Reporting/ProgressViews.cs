using Kcopyd.Cli.Planning;
using Kcopyd.Cli.Requests;

namespace Kcopyd.Cli.Reporting;

/// <summary>Chooses how progress is shown.</summary>
internal static class ProgressViews
{
    /// <summary>The view that was asked for; null for none.</summary>
    internal static IProgressView? Create(TransferRequest request, TransferPlan plan) => request.Progress switch
    {
        ProgressStyle.None => null,
        ProgressStyle.Json => new JsonProgressView(Console.Error),
        ProgressStyle.Auto when IsTerminal() => new BarProgressView(plan),
        _ => new PlainProgressView(Console.Error),
    };

    /// <summary>Whether standard error is a terminal that can show a bar.</summary>
    internal static bool IsTerminal() =>
        !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");
}
