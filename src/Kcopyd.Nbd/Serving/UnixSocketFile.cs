using System.Net.Sockets;

namespace Kcopyd.Nbd.Serving;

/// <summary>The file of a Unix socket.</summary>
public static class UnixSocketFile
{
    /// <summary>Removes what a process left that was killed: a socket that nobody listens on. Everything else stays,
    /// and is in the way of who wants to listen there.</summary>
    /// <param name="endPoint">Where the socket is.</param>
    public static void RemoveStale(UnixDomainSocketEndPoint endPoint)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        var path = $"{endPoint}";
        if (!File.Exists(path))
        {
            return;
        }

        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(endPoint);
        }
        catch (SocketException nobody) when (nobody.SocketErrorCode == SocketError.ConnectionRefused && IsSocket(path))
        {
            File.Delete(path);
        }
        catch (SocketException)
        {
            // Not to be reached from here, or another kind of file.
        }
    }

    /// <remarks>A socket is no file of bytes: it has no length, and cannot be opened.</remarks>
    private static bool IsSocket(string path)
    {
        try
        {
            using var opened = File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);
            return false;
        }
        catch (IOException)
        {
            return new FileInfo(path).Length == 0;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }
}
