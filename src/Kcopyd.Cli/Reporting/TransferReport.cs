using System.Text.Json;

namespace Kcopyd.Cli.Reporting;

/// <summary>Prints what came of a job: the result on standard output, each error on standard error.</summary>
internal static class TransferReport
{
    /// <summary>Prints it.</summary>
    /// <exception cref="ReportException">Standard output takes nothing.</exception>
    internal static void Print(TransferOutcome outcome)
    {
        var (request, _, completed, _) = outcome;
        if (!outcome.AreNoticesSaid)
        {
            Complain(outcome.Notices);
        }

        Complain(ResultText.Errors(request, completed));
        PrintResult(outcome);
        if (outcome.IsResumable && ResumeText.Sentence(completed, request.Journal!.Place) is { } resume)
        {
            Complain([resume]);
        }
    }

    private static void Complain(IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            Speech.Complain(line);
        }
    }

    private static void PrintResult(TransferOutcome outcome)
    {
        try
        {
            Console.Out.WriteLine(outcome.Request.Json
                ? JsonSerializer.Serialize(ResultReport.Of(outcome), ReportJson.Plain.ResultReport)
                : Text(outcome));
        }
        catch (IOException e)
        {
            throw new ReportException(
                $"the job ended as {ReportJson.Word(outcome.Completed.Outcome)}, "
                + $"but its result could not be written: {e.Message}",
                e);
        }
    }

    private static string Text(TransferOutcome outcome)
    {
        var (request, plan, completed, doneBytes) = outcome;
        var summary = ResultText.Summary(request, plan, completed, doneBytes);
        return ResultText.Digest(request, completed) is { } digest ? $"{summary}\n{digest}" : summary;
    }
}
