using System.Text.Json;
using Kcopyd.Actors.Copying;
using Kcopyd.Cli.Planning;
using Kcopyd.Cli.Requests;

namespace Kcopyd.Cli.Reporting;

/// <summary>Prints what came of a job: the result on standard output, each error on standard error.</summary>
internal static class TransferReport
{
    /// <summary>Prints it.</summary>
    /// <param name="request">What was asked for.</param>
    /// <param name="plan">What was planned.</param>
    /// <param name="completed">What came of it.</param>
    /// <param name="doneBytes">How far the job was when it was last looked at.</param>
    /// <exception cref="ReportException">Standard output takes nothing.</exception>
    internal static void Print(TransferRequest request, TransferPlan plan, CopyCompleted completed, long doneBytes)
    {
        foreach (var line in ResultText.Errors(request, completed))
        {
            Console.Error.WriteLine($"kcopyd: {line}");
        }

        PrintResult(request, plan, completed, doneBytes);
        if (request.Journal is { } journal
            && ResumeText.Sentence(completed.Job.Value, journal.Place, completed.Outcome) is { } resume)
        {
            Console.Error.WriteLine($"kcopyd: {resume}");
        }
    }

    private static void PrintResult(
        TransferRequest request, TransferPlan plan, CopyCompleted completed, long doneBytes)
    {
        try
        {
            Console.Out.WriteLine(request.Json
                ? JsonSerializer.Serialize(ResultReport.Of(completed), ReportJson.Default.ResultReport)
                : Text(request, plan, completed, doneBytes));
        }
        catch (IOException e)
        {
            throw new ReportException(
                $"the job ended as {ReportJson.Word(completed.Outcome)}, "
                + $"but its result could not be written: {e.Message}",
                e);
        }
    }

    private static string Text(TransferRequest request, TransferPlan plan, CopyCompleted completed, long doneBytes)
    {
        var summary = ResultText.Summary(request, plan, completed, doneBytes);
        return DigestText.Format(completed.Digest) is { } digest ? $"{summary}\nsha256 {digest}" : summary;
    }
}
