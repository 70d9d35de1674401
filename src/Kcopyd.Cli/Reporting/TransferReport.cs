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
    internal static void Print(TransferRequest request, TransferPlan plan, CopyCompleted completed, long doneBytes)
    {
        foreach (var line in ResultText.Errors(request, completed))
        {
            Console.Error.WriteLine($"kcopyd: {line}");
        }

        if (request.Json)
        {
            Console.Out.WriteLine(
                JsonSerializer.Serialize(ResultReport.Of(completed), ReportJson.Default.ResultReport));
            return;
        }

        Console.Out.WriteLine(ResultText.Summary(request, plan, completed, doneBytes));
        if (DigestText.Format(completed.Digest) is { } digest)
        {
            Console.Out.WriteLine($"sha256 {digest}");
        }
    }
}
