using Kcopyd.Actors.Copying;
using Kcopyd.Cli.Planning;

namespace Kcopyd.Cli.Reporting;

/// <summary>A bar for the job, and a line for each target where there is more to say than that. Not safe for
/// concurrent use.</summary>
internal sealed class TerminalBar(TransferPlan plan)
{
    /// <summary>The key of the job's row, which no URI is.</summary>
    private const string Job = "";

    private readonly TerminalRows _rows = new();

    internal void Show(CopyProgress progress)
    {
        _rows.Set(Job, progress.Fraction, progress.Job.Value, ProgressText.Amount(progress));
        if (plan.Targets.Length > 1 || progress.Targets.Any(target => target.State != CopyTargetState.Good))
        {
            foreach (var target in progress.Targets)
            {
                ShowTarget(target);
            }
        }

        _rows.Refresh();
    }

    /// <summary>Takes the bar from the screen.</summary>
    internal Task EndAsync() => _rows.EndAsync();

    private void ShowTarget(CopyTargetProgress target)
    {
        var fraction = plan.TotalBytes == 0 ? 1 : Math.Min(1, (double)target.Written.Value / plan.TotalBytes);
        _rows.Set(target.Uri, fraction, target.Uri, ProgressText.Target(target));
    }
}
