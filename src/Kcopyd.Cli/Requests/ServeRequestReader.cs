using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Kcopyd.Core.Tables;

namespace Kcopyd.Cli.Requests;

/// <summary>Reads words of a command line about a server.</summary>
internal static class ServeRequestReader
{
    /// <summary>The port that IANA gave to NBD.</summary>
    internal const int DefaultPort = 10809;

    private const int MostConnections = 65_536;

    private static readonly TimeSpan LongestIdle = TimeSpan.FromDays(1);

    /// <summary>Reads all of it.</summary>
    /// <param name="text">The words.</param>
    /// <param name="places">Where the server is found and keeps what it has to know.</param>
    /// <exception cref="RefusedException">Something is not what its option takes, or two contradict each
    /// other.</exception>
    internal static ServeRequest Read(ServeText text, ControlPlace places)
    {
        if (text.Tables is null && text.Exports.IsEmpty)
        {
            throw new RefusedException("there is nothing to serve: give a file with tables, or --export NAME=DEVICE");
        }

        RefuseContradictions(text);
        return new ServeRequest(
            text.Tables is { } tables ? Path.GetFullPath(tables) : null,
            [.. text.Exports.Select(ReadExport)],
            ReadAddresses(text),
            places.Socket(text.Control),
            places.State())
        {
            ReadOnly = text.ReadOnly,
            Journal = text.Journaling.NoJournal ? null : JournalPlaceReader.Read(text.Journaling.Journal),
            Certificate = text.Certificate,
            Key = text.Key,
            TlsOptional = text.TlsOptional,
            AllowPlain = text.AllowPlain,
            MaxConnections = TransferRequestReader.ReadNumber(
                "--max-connections", text.MaxConnections, 1, MostConnections),
            IdleTimeout = ReadIdle(text.IdleTimeout),
        };
    }

    /// <summary><c>ADDRESS</c>, <c>ADDRESS:PORT</c>, <c>[ADDRESS]:PORT</c> or <c>localhost</c>.</summary>
    internal static IPEndPoint ReadAddress(string word)
    {
        var local = word.StartsWith("localhost", StringComparison.OrdinalIgnoreCase)
            ? $"{IPAddress.Loopback}{word["localhost".Length..]}"
            : word;

        return TryReadEndPoint(local) is { } endPoint && IsWhole(endPoint.Address, local)
            ? endPoint
            : throw new RefusedException(
                $"--listen '{word}' is no address as 127.0.0.1, 127.0.0.1:10809, [::1]:10809 or localhost:10809");
    }

    /// <remarks>Behind brackets a port would be passed over by what reads an address alone.</remarks>
    private static IPEndPoint? TryReadEndPoint(string word)
    {
        var hasPort = word.StartsWith('[') && !word.EndsWith(']');
        return !hasPort && IPAddress.TryParse(word, out var address)
            ? new IPEndPoint(address, DefaultPort)
            : IPEndPoint.TryParse(word, out var endPoint) ? endPoint : null;
    }

    /// <summary>A number alone, or two of them, would be an address that nobody means.</summary>
    private static bool IsWhole(IPAddress address, string word) =>
        address.AddressFamily != AddressFamily.InterNetwork || word.Count(static letter => letter == '.') == 3;

    private static void RefuseContradictions(ServeText text)
    {
        if (text.Tables is { Length: 0 })
        {
            throw new RefusedException("TABLES is empty: it takes the path of a file");
        }

        if (text.Certificate is { Length: 0 } || text.Key is { Length: 0 })
        {
            throw new RefusedException("--tls-certificate and --tls-key take the path of a file, and one is empty");
        }

        if (text.Key is not null && text.Certificate is null)
        {
            throw new RefusedException("--tls-key is the key of a --tls-certificate, which is missing");
        }

        if (text.TlsOptional && text.Certificate is null)
        {
            throw new RefusedException("--tls-optional is about TLS, for which --tls-certificate is missing");
        }

        if (text.Journaling is { NoJournal: true, Journal: not null })
        {
            throw new RefusedException("--no-journal and --journal contradict each other: give one of them");
        }
    }

    private static (string Name, string Device) ReadExport(string word)
    {
        var at = word.IndexOf('=', StringComparison.Ordinal);
        if (at < 0 || at == word.Length - 1)
        {
            throw new RefusedException($"--export '{word}' is not NAME=DEVICE");
        }

        return DeviceTables.Refusal(word[..at]) is { } refusal
            ? throw new RefusedException($"--export {refusal}")
            : (word[..at], word[(at + 1)..]);
    }

    private static ImmutableArray<EndPoint> ReadAddresses(ServeText text)
    {
        ImmutableArray<EndPoint> given =
        [
            .. text.Listen.Select(ReadAddress),
            .. text.Sockets.Select(ReadSocket),
        ];
        return given.IsEmpty ? [new IPEndPoint(IPAddress.Loopback, DefaultPort)] : given;
    }

    private static UnixDomainSocketEndPoint ReadSocket(string path)
    {
        try
        {
            return new UnixDomainSocketEndPoint(Path.GetFullPath(path));
        }
        catch (ArgumentException)
        {
            throw new RefusedException($"--socket '{path}' is empty or longer than the path of a socket may be");
        }
    }

    private static TimeSpan? ReadIdle(string? text)
    {
        if (text is null)
        {
            return null;
        }

        return JournalRequestReader.TryReadDuration(text, out var idle) && idle > TimeSpan.Zero && idle <= LongestIdle
            ? idle
            : throw new RefusedException($"--idle-timeout '{text}' is not a duration up to 24h, such as 30s or 10m");
    }
}
