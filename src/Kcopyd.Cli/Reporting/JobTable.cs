using Kcopyd.Actors.Journaling;
using Spectre.Console;

namespace Kcopyd.Cli.Reporting;

/// <summary>A table of jobs on standard output: a row for each job and one more for each further target, and a row for
/// the reason where there is one.</summary>
internal static class JobTable
{
    /// <summary>Prints it.</summary>
    /// <param name="jobs">The jobs.</param>
    /// <param name="unlisted">How many more there are.</param>
    internal static void Print(IReadOnlyList<JobSummary> jobs, int unlisted)
    {
        if (jobs.Count == 0)
        {
            Console.Out.WriteLine("There are no jobs.");
            return;
        }

        var table = TableConsole.NewTable("Job", "What", "State", "Safe", "Rate", "Updated");
        foreach (var job in jobs)
        {
            AddRows(table, job);
        }

        TableConsole.Open().Write(table);
        if (unlisted > 0)
        {
            Console.Out.WriteLine($"{unlisted} more jobs that are over: kcopyd jobs --all");
        }
    }

    private static void AddRows(Table table, JobSummary job)
    {
        var about = job.Description;
        var source = about?.Source is { } region ? JobText.Region(region.Uri, region.FirstSector) : "zeros";
        for (var i = 0; i < Math.Max(1, job.Targets.Length); i++)
        {
            var target = i < job.Targets.Length ? job.Targets[i] : null;
            var what = target is null ? "?" : $"-> {JobText.Region(target.Uri, about!.Targets[i].FirstSector)}";
            var safe = target is null ? string.Empty : JobText.Safe(job, target);
            table.AddRow(i == 0
                ?
                [
                    new Text(job.Id.Value),
                    new Text(target is null ? what : $"{source} {what}"),
                    new Text(JobText.State(job)),
                    new Text(safe),
                    new Text(JobText.Rate(job)),
                    new Text(about is null ? string.Empty : JobText.Updated(job)),
                ]
                : [Text.Empty, new Text(what), Text.Empty, new Text(safe)]);
        }

        if (job.Reason.Length > 0)
        {
            table.AddRow(Text.Empty, new Text($"({job.Reason.TrimEnd('.')})"));
        }
    }
}
