using System.Net;
using System.Net.Sockets;
using Kcopyd.Actors.Journaling;
using Kcopyd.Cli.Execution;
using Kcopyd.Cli.Reporting;
using Kcopyd.Nbd.Serving;

namespace Kcopyd.Cli.Serving;

/// <summary>A running server as it tells of itself.</summary>
internal sealed class ServeState(
    NbdServer server, ServedUnits units, ServeExports exports, JournalSession? journal)
{
    private readonly DateTimeOffset _startedAt = TimeProvider.System.GetUtcNow();
    private readonly List<Func<string, string>> _addresses = [];

    /// <summary>The server.</summary>
    internal NbdServer Server => server;

    /// <summary>The journal of its jobs.</summary>
    internal JournalSession? Journal => journal;

    /// <summary>Clients find it here too.</summary>
    internal void Listening(EndPoint endPoint, bool hasTls)
    {
        var scheme = hasTls ? "nbds" : "nbd";
        lock (_addresses)
        {
            _addresses.Add(endPoint is UnixDomainSocketEndPoint
                ? name => $"{scheme}+unix:///{name}?socket={Uri.EscapeDataString($"{endPoint}").Replace("%2F", "/")}"
                : name => $"{scheme}://{endPoint}/{name}");
        }
    }

    /// <summary>The URIs of all exports.</summary>
    internal IEnumerable<string> Uris()
    {
        lock (_addresses)
        {
            return
            [
                .. exports.Names.Order(StringComparer.Ordinal)
                    .SelectMany(name => _addresses.Select(address => address(Uri.EscapeDataString(name)))),
            ];
        }
    }

    /// <summary>How it is, as a document.</summary>
    internal async Task<string> TellAsync(CancellationToken cancellationToken)
    {
        var names = exports.Names.ToHashSet(StringComparer.Ordinal);
        var failures = units.Failures.ToLookup(
            static failure => failure.Name, static failure => failure.Sentence, StringComparer.Ordinal);
        var running = units.Devices;
        var devices = failures
            .Where(failure => running.All(device => device.Name != failure.Key))
            .Select(static failure => new ServedDeviceReport(failure.Key, [], []) { Problems = [.. failure] })
            .ToList();
        foreach (var device in running)
        {
            var report = await ReportAsync(device, cancellationToken).ConfigureAwait(false);
            devices.Add(report with
            {
                Problems = [.. report.Problems, .. failures[device.Name]],
                Exported = names.Contains(device.Name),
                ReadOnly = exports.IsReadOnly(device.Name),
            });
        }

        var (jobs, problems) = await JobsAsync(cancellationToken).ConfigureAwait(false);
        return new ServeReport(Environment.ProcessId, _startedAt)
        {
            Addresses = AddressesOf(),
            Devices = [.. devices.OrderBy(static device => device.Name, StringComparer.Ordinal)],
            Jobs = jobs,
            Clients = [.. server.GetClients().Select(ServedClientReport.Of)],
            Problems = problems,
        }.Serialize();
    }

    private static async Task<ServedDeviceReport> ReportAsync(
        ServedDevice device, CancellationToken cancellationToken)
    {
        try
        {
            return await device.ReportAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ObjectDisposedException or InvalidOperationException)
        {
            return new ServedDeviceReport(device.Name, [], []) { Problems = ["it is being closed"] };
        }
    }

    private string[] AddressesOf()
    {
        lock (_addresses)
        {
            return [.. _addresses.Select(static address => address(string.Empty))];
        }
    }

    private async Task<(IReadOnlyList<JobReport> Jobs, IReadOnlyList<string> Problems)> JobsAsync(
        CancellationToken cancellationToken)
    {
        if (journal is null)
        {
            return ([], []);
        }

        try
        {
            var all = await journal.Journal.ListAsync(cancellationToken).ConfigureAwait(false);
            return ([.. all.Where(static job => !job.IsOver).Select(JobReport.Of)], []);
        }
        catch (JournalException e)
        {
            return ([], [JournalSentence.Of(e)]);
        }
    }
}
