using System.Diagnostics.Metrics;
using Kcopyd.Nbd.Protocol;

namespace Kcopyd.Nbd;

/// <summary>The instruments of servers and of devices on servers, on the meter <c>Kcopyd.Actors</c> (UCUM
/// units).</summary>
internal static class NbdMetrics
{
    private static readonly Meter Meter = new("Kcopyd.Actors");

    private static readonly UpDownCounter<long> Connections = Meter.CreateUpDownCounter<long>(
        "kcopyd.nbd.server.connections", "{connection}", "Connections of clients that are open.");

    private static readonly Counter<long> Losses = Meter.CreateCounter<long>(
        "kcopyd.nbd.client.losses", "{connection}", "Connections to servers that were lost while a device used them.");

    private static readonly Counter<long> Requests = Meter.CreateCounter<long>(
        "kcopyd.nbd.server.requests", "{request}", "Requests that were answered, by export and command.");

    private static readonly Counter<long> Bytes = Meter.CreateCounter<long>(
        "kcopyd.nbd.server.io", "By", "Bytes that were read and written, by export and command.");

    private static readonly Counter<long> Errors = Meter.CreateCounter<long>(
        "kcopyd.nbd.server.errors", "{request}", "Requests that a device failed, by export and command.");

    /// <summary>Clients came, or went.</summary>
    public static void CountConnections(int change) => Add(Connections, change);

    /// <summary>A device's connection was lost.</summary>
    public static void CountLoss() => Add(Losses, 1);

    /// <summary>A request was answered.</summary>
    /// <param name="export">What was asked.</param>
    /// <param name="request">For what.</param>
    /// <param name="isDone">Whether it was done.</param>
    /// <param name="hasDeviceFailed">Whether the device failed it.</param>
    public static void CountAnswer(string? export, NbdRequestHeader request, bool isDone, bool hasDeviceFailed)
    {
        if (!Requests.Enabled && !Bytes.Enabled && !Errors.Enabled)
        {
            return;
        }

        var of = new KeyValuePair<string, object?>("export", export);
        var command = new KeyValuePair<string, object?>("command", NameOf(request.Command));
        Add(Requests, 1, of, command);
        if (hasDeviceFailed)
        {
            Add(Errors, 1, of, command);
        }

        if (isDone && request.Command is NbdCommand.Read or NbdCommand.Write)
        {
            Add(Bytes, request.Length, of, command);
        }
    }

    /// <summary>Who listens may fail; what is measured goes on.</summary>
    private static void Add(
        Instrument<long> instrument, long value, params ReadOnlySpan<KeyValuePair<string, object?>> of)
    {
        try
        {
            if (instrument is Counter<long> counter)
            {
                counter.Add(value, of);
            }
            else
            {
                ((UpDownCounter<long>)instrument).Add(value, of);
            }
        }
#pragma warning disable CA1031 // whatever it is, of somebody else
        catch (Exception)
#pragma warning restore CA1031
        {
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
