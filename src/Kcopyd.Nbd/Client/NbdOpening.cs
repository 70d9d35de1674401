using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using Kcopyd.Nbd.Transport;

namespace Kcopyd.Nbd.Client;

/// <summary>Connects to a server and takes an export, on a thread that may wait.</summary>
/// <param name="uri">Where.</param>
/// <param name="options">How.</param>
/// <param name="limit">Ends it.</param>
[SuppressMessage("Reliability", "CA2000", Justification = "What is opened is the caller's; what fails is disposed.")]
internal sealed class NbdOpening(NbdUri uri, NbdClientOptions options, CancellationToken limit)
{
    public NbdClientOptions Options => options;

    /// <summary>Does it.</summary>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    /// <exception cref="Exception">Of sockets, streams, TLS and negotiations.</exception>
    public (BlockingStream Socket, (Stream Stream, NbdReader Reader) Ends, NbdTerms Terms) Open()
    {
        try
        {
            return Negotiate(Connect());
        }
        catch (Exception end) when (limit.IsCancellationRequested && end is not OperationCanceledException)
        {
            throw new OperationCanceledException("connecting was ended", end, limit);
        }
    }

    /// <summary>To the first address that takes it.</summary>
    private Socket Connect()
    {
        var addresses = uri.Socket is null ? Dns.GetHostAddresses(uri.Host!) : [];
        for (var i = 0; i < addresses.Length - 1; i++)
        {
            try
            {
                return Connect(new IPEndPoint(addresses[i], uri.Port));
            }
            catch (SocketException) when (!limit.IsCancellationRequested)
            {
                // Perhaps at another one.
            }
        }

        return Connect(addresses is [.., { } last] ? new IPEndPoint(last, uri.Port) : uri.EndPoint);
    }

    private Socket Connect(EndPoint endPoint)
    {
        limit.ThrowIfCancellationRequested();
        var isUnix = endPoint is UnixDomainSocketEndPoint;
        var socket = isUnix
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            if (!isUnix)
            {
                KeepAlive(socket);
            }

            using var ending = limit.UnsafeRegister(static open => ((Socket)open!).Dispose(), socket);
            socket.Connect(endPoint);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>A server whose machine is gone is found out within a minute, also while nothing is asked.</summary>
    private static void KeepAlive(Socket socket)
    {
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 30);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 10);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
    }

    private (BlockingStream Socket, (Stream Stream, NbdReader Reader) Ends, NbdTerms Terms) Negotiate(Socket connected)
    {
        var socket = new BlockingStream(connected);
        try
        {
            using var ending = limit.UnsafeRegister(static all => ((BlockingStream)all!).EndAll(), socket);
            var negotiation = new ClientNegotiation(uri.Export);
            (Stream Stream, NbdReader Reader) ends = (socket, new NbdReader(socket));
            OwnThread.Wait(negotiation.GreetAsync(ends.Stream, ends.Reader, limit));
            if (uri.UsesTls)
            {
                OwnThread.Wait(negotiation.StartTlsAsync(limit));
#pragma warning disable CA2025 // it is waited for
                var encrypted = TlsClient.EncryptAsync(socket, uri, options, limit).GetAwaiter().GetResult();
#pragma warning restore CA2025
                ends = (encrypted, new NbdReader(encrypted));
                negotiation.Use(ends.Stream, ends.Reader);
            }

            var terms = OwnThread.Wait(negotiation.TakeAsync(limit));
            limit.ThrowIfCancellationRequested();
            return (socket, ends, terms);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
