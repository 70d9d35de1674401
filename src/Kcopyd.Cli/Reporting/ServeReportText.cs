using System.Globalization;
using Kcopyd.Cli.Requests;
using Kcopyd.Core;
using Spectre.Console;

namespace Kcopyd.Cli.Reporting;

/// <summary>A running server on standard output: its devices as device-mapper prints them, then what is under way.
/// </summary>
internal static class ServeReportText
{
    /// <summary>Prints it.</summary>
    internal static void Print(ServeReport report, StatusRequest request)
    {
        if (request.Json)
        {
            Speech.Say(report.Serialize());
            return;
        }

        foreach (var device in report.Devices)
        {
            foreach (var line in request.ShowTable ? device.Table : device.Status)
            {
                Speech.Say($"{device.Name}: {line}");
            }
        }

        if (request.ShowTable)
        {
            return;
        }

        PrintProblems(report);
        PrintWork(report);
        PrintClients(report.Clients);
    }

    /// <summary><c>12 of 1024 regions (1.1 %)</c>.</summary>
    internal static string Words(ServedWorkReport work)
    {
        var percent = work.Total == 0 ? 0 : Math.Floor(1000.0 * work.Done / work.Total) / 10;
        return string.Create(
            CultureInfo.InvariantCulture, $"{work.Done} of {work.Total} {work.Unit} ({percent:0.#} %)");
    }

    private static void PrintProblems(ServeReport report)
    {
        foreach (var problem in report.Problems)
        {
            Speech.Say($"problem: {problem}");
        }

        foreach (var device in report.Devices)
        {
            foreach (var problem in device.Problems)
            {
                Speech.Say($"problem: {device.Name}: {problem}");
            }
        }
    }

    private static void PrintWork(ServeReport report)
    {
        var working = report.Devices.Where(static device => device.Work is not null).ToArray();
        if (working.Length + report.Jobs.Count == 0)
        {
            return;
        }

        var table = TableConsole.NewTable("Job", "What", "State", "Done");
        foreach (var device in working)
        {
            table.AddRow(Cell(device.Name), Cell(device.Work!.Kind), Cell("running"), Cell(Words(device.Work)));
        }

        foreach (var job in report.Jobs)
        {
            var safe = job.Targets.Count == 0 ? 0 : job.Targets.Min(static target => target.BytesSafe);
            table.AddRow(
                Cell(job.Job),
                Cell(job.Kind ?? "?"),
                Cell(job.State),
                Cell($"{SizeText.Format(safe)} of {SizeText.Format(job.TotalBytes)}"));
        }

        TableConsole.Open().Write(table);
    }

    private static void PrintClients(IReadOnlyList<ServedClientReport> clients)
    {
        if (clients.Count == 0)
        {
            return;
        }

        var table = TableConsole.NewTable("Client", "Export", "Connected", "Requests", "In flight", "Read", "Written");
        foreach (var client in clients)
        {
            table.AddRow(
                Cell(client.Encrypted ? $"{client.Peer} (TLS)" : client.Peer),
                Cell(client.Export ?? "-"),
                Cell(client.ConnectedAt.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)),
                Cell(client.FailedRequests == 0
                    ? $"{client.Requests}"
                    : $"{client.Requests}, {client.FailedRequests} failed"),
                Cell($"{client.InFlight}"),
                Cell(SizeText.Format(client.BytesRead)),
                Cell(SizeText.Format(client.BytesWritten)));
        }

        TableConsole.Open().Write(table);
    }

    private static Text Cell(string text) => new(text);
}
