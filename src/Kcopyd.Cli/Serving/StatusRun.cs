using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Kcopyd.Cli.Reporting;
using Kcopyd.Cli.Requests;

namespace Kcopyd.Cli.Serving;

/// <summary>Asks a running server how it is.</summary>
internal sealed class StatusRun(StatusRequest request)
{
    /// <summary>How long a server may take: its mirrors and snapshots are asked one after the other.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>Asks and prints.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="RefusedException">No server answers, or it has no such device.</exception>
    internal async Task<int> RunAsync()
    {
        var document = await AskAsync().ConfigureAwait(false);
        if (document.Length == 0)
        {
            throw new RefusedException($"the server at {request.Control} does not answer");
        }

        ServeReport report;
        try
        {
            report = ServeReport.Parse(document);
        }
        catch (JsonException)
        {
            throw new RefusedException($"who answers at {request.Control} is no server of this version");
        }

        var named = request.Names.FirstOrDefault(name => report.Devices.All(device => device.Name != name));
        if (named is not null)
        {
            throw new RefusedException($"the server has no device '{named}'");
        }

        if (!request.Names.IsEmpty)
        {
            report = report with
            {
                Devices = [.. report.Devices.Where(device => request.Names.Contains(device.Name))],
                Clients = [.. report.Clients.Where(client => request.Names.Contains(client.Export ?? string.Empty))],
                Jobs = [],
            };
        }

        ServeReportText.Print(report, request);
        var hasProblems = report.Problems.Count > 0 || report.Devices.Any(static device => device.Problems.Count > 0);
        return hasProblems ? ExitCodes.EndedWithErrors : ExitCodes.Done;
    }

    private async Task<string> AskAsync()
    {
        if (!File.Exists(request.Control))
        {
            throw new RefusedException(
                $"no server answers at {request.Control}: there is no such socket; kcopyd serve begins one");
        }

        using var limit = new CancellationTokenSource(Patience);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(request.Control), limit.Token).ConfigureAwait(false);
            var stream = new NetworkStream(socket);
            await using (stream.ConfigureAwait(false))
            {
                using var reader = new StreamReader(stream, Encoding.UTF8);
                return await reader.ReadToEndAsync(limit.Token).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is SocketException or IOException or ArgumentException)
        {
            throw new RefusedException(
                $"no server answers at {request.Control} ({e.Message.TrimEnd('.')}): kcopyd serve begins one");
        }
        catch (OperationCanceledException)
        {
            throw new RefusedException($"the server at {request.Control} does not answer");
        }
    }
}
