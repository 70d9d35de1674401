using System.Net.Sockets;
using System.Security.Authentication;
using Kcopyd.Devices;
using Kcopyd.Nbd.Protocol;

namespace Kcopyd.Nbd.Client;

/// <summary>What servers and connections say, as devices say it. Pure.</summary>
internal static class NbdFailures
{
    /// <summary>A request that the server refused.</summary>
    public static DeviceException Of(string uri, DeviceOperation operation, long offset, NbdAnswer answer)
    {
        var (kind, words) = answer.Error switch
        {
            NbdError.NotPermitted => (DeviceErrorKind.ReadOnly, "the server does not permit it"),
            NbdError.NoSpace => (DeviceErrorKind.NoSpace, "no space left on the server's device"),
            NbdError.Invalid or NbdError.Overflow => (DeviceErrorKind.InvalidRequest, "the server refuses the request"),
            NbdError.NotSupported => (DeviceErrorKind.NotSupported, "the server cannot do that"),
            NbdError.NoMemory => (DeviceErrorKind.Io, "the server has no memory"),
            NbdError.Shutdown => (DeviceErrorKind.Io, "the server is ending"),
            _ => (DeviceErrorKind.Io, "the server's device failed"),
        };
        var reason = string.IsNullOrEmpty(answer.Reason) ? words : $"{words}: {answer.Reason}";
        return new DeviceException(uri, operation, kind, reason)
        {
            Offset = operation == DeviceOperation.Flush ? null : offset,
            Errno = (int)answer.Error,
            IsTransient = answer.Error is NbdError.NoMemory or NbdError.Shutdown,
        };
    }

    /// <summary>A connection that could not be made.</summary>
    public static DeviceException Of(string uri, NbdClientOptions options, Exception failure) => failure switch
    {
        NbdExportException { Kind: NbdOptionReplyKind.ErrUnknown } =>
            Open(uri, DeviceErrorKind.NotFound, failure.Message, failure),
        NbdExportException => Open(uri, DeviceErrorKind.AccessDenied, failure.Message, failure),
        OperationCanceledException => Open(
            uri,
            DeviceErrorKind.Io,
            $"the server has not answered for {options.ConnectTimeout.TotalSeconds:F0} s",
            failure),
        SocketException { SocketErrorCode: SocketError.AddressNotAvailable } when IsUnix(uri) =>
            Open(uri, DeviceErrorKind.Io, "there is no such socket: no server is there", failure),
        SocketException => Open(uri, DeviceErrorKind.Io, $"the server cannot be reached: {failure.Message}", failure),
        AuthenticationException => Open(uri, DeviceErrorKind.AccessDenied, failure.Message, failure),
        _ => Open(uri, DeviceErrorKind.Io, failure.Message, failure),
    };

    /// <summary>Whether connecting failed in a way of servers and networks.</summary>
    public static bool IsOfConnecting(Exception failure) => failure is NbdExportException or NbdProtocolException
        or SocketException or IOException or AuthenticationException or OperationCanceledException;

    private static bool IsUnix(string uri) => uri.Contains("+unix:", StringComparison.Ordinal);

    private static DeviceException Open(string uri, DeviceErrorKind kind, string reason, Exception cause) =>
        new(uri, DeviceOperation.Open, kind, reason, cause) { IsTransient = kind == DeviceErrorKind.Io };
}
