using System.Diagnostics.Metrics;
using Kcopyd.Nbd.Protocol;

namespace Kcopyd.Nbd;

/// <summary>The instruments of servers and of devices on servers, on the meter <c>Kcopyd.Actors</c> (UCUM
/// units).</summary>
internal static class NbdMetrics
{
    private static readonly Meter Meter = new("Kcopyd.Actors");

    /// <summary>Clients come and go.</summary>
    public static readonly UpDownCounter<long> Connections = Meter.CreateUpDownCounter<long>(
        "kcopyd.nbd.server.connections", "{connection}", "Connections of clients that are open.");

    /// <summary>A device's connection was lost.</summary>
    public static readonly Counter<long> Losses = Meter.CreateCounter<long>(
        "kcopyd.nbd.client.losses", "{connection}", "Connections to servers that were lost while a device used them.");

    private static readonly Counter<long> Requests = Meter.CreateCounter<long>(
        "kcopyd.nbd.server.requests", "{request}", "Requests that were answered, by export and command.");

    private static readonly Counter<long> Bytes = Meter.CreateCounter<long>(
        "kcopyd.nbd.server.io", "By", "Bytes that were read and written, by export and command.");

    private static readonly Counter<long> Errors = Meter.CreateCounter<long>(
        "kcopyd.nbd.server.errors", "{request}", "Requests that a device failed, by export and command.");

    /// <summary>A request was answered.</summary>
    public static void CountAnswer(string? export, NbdRequestHeader request, bool hasFailed)
    {
        if (!Requests.Enabled && !Bytes.Enabled && !Errors.Enabled)
        {
            return;
        }

        var of = new KeyValuePair<string, object?>("export", export);
        var command = new KeyValuePair<string, object?>("command", NameOf(request.Command));
        Requests.Add(1, of, command);
        if (hasFailed)
        {
            Errors.Add(1, of, command);
        }
        else if (request.Command is NbdCommand.Read or NbdCommand.Write)
        {
            Bytes.Add(request.Length, of, command);
        }
    }

    private static string NameOf(NbdCommand command) => command switch
    {
        NbdCommand.Read => "read",
        NbdCommand.Write => "write",
        NbdCommand.Flush => "flush",
        NbdCommand.Trim => "trim",
        NbdCommand.WriteZeroes => "write_zeroes",
        NbdCommand.BlockStatus => "block_status",
        _ => "other",
    };
}
