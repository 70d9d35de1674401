using System.Net.Sockets;
using System.Runtime.InteropServices;
using Kcopyd.Nbd.Protocol;

namespace Kcopyd.Nbd.Serving;

/// <summary>What is known of one connection while it lasts. Any thread may call.</summary>
/// <param name="socket">Where the client is. The caller's.</param>
/// <param name="failed">Hears of every request that a device fails; never fails itself.</param>
internal sealed class ServedClient(Socket socket, Action<NbdRequestFailure> failed)
{
    /// <summary>Of Linux: who is at the other end of a Unix socket, as process, user and group.</summary>
    private const int SocketLevel = 1;

    private const int PeerCredentials = 17;

    private readonly DateTimeOffset _connectedAt = TimeProvider.System.GetUtcNow();
    private readonly string _peer = PeerOf(socket);
    private string? _export;
    private bool _isEncrypted;
    private long _requests;
    private long _failedRequests;
    private int _inFlight;
    private int _isCut;
    private long _bytesRead;
    private long _bytesWritten;

    /// <summary>Completed when the connection is closed and none of its requests is under way; when it was cut, at the
    /// latest when its requests are all that it waits for.</summary>
    public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What it uses; null: it has not chosen yet.</summary>
    public string? Export => Volatile.Read(ref _export);

    public NbdClientStatus Status => new(_peer, Volatile.Read(ref _export), _connectedAt)
    {
        IsEncrypted = Volatile.Read(ref _isEncrypted),
        Requests = Interlocked.Read(ref _requests),
        FailedRequests = Interlocked.Read(ref _failedRequests),
        InFlight = Volatile.Read(ref _inFlight),
        BytesRead = Interlocked.Read(ref _bytesRead),
        BytesWritten = Interlocked.Read(ref _bytesWritten),
    };

    /// <summary>It goes on encrypted.</summary>
    public void Encrypted() => Volatile.Write(ref _isEncrypted, true);

    /// <summary>It has chosen.</summary>
    public void Chose(string export) => Volatile.Write(ref _export, export);

    /// <summary>A request is under way.</summary>
    public void Began()
    {
        Interlocked.Increment(ref _inFlight);
        EndIfCut();
    }

    /// <summary>Nothing goes to it and comes from it any more, and nobody waits for its requests.</summary>
    public void Cut()
    {
        Interlocked.Exchange(ref _isCut, 1);
        EndIfCut();
    }

    /// <summary>A request was answered, one way or the other.</summary>
    /// <param name="request">Which.</param>
    /// <param name="failure">Why it was not done; null: it was.</param>
    public void Answered(NbdRequestHeader request, Exception? failure)
    {
        var isFailed = failure is not null && RequestRules.IsOfDevice(failure);
        Interlocked.Decrement(ref _inFlight);
        Interlocked.Increment(ref _requests);
        NbdMetrics.CountAnswer(_export, request, failure is null, isFailed);
        if (isFailed)
        {
            Interlocked.Increment(ref _failedRequests);
            failed(new NbdRequestFailure(_export ?? string.Empty, _peer, failure!));
        }
        else if (failure is null)
        {
            Count(request);
        }
    }

    private void Count(NbdRequestHeader request)
    {
        if (request.Command == NbdCommand.Read)
        {
            Interlocked.Add(ref _bytesRead, request.Length);
        }
        else if (request.Command == NbdCommand.Write)
        {
            Interlocked.Add(ref _bytesWritten, request.Length);
        }
    }

    /// <remarks>Who begins counts before it looks, and who cuts marks before: one of them sees the other.</remarks>
    private void EndIfCut()
    {
        if (Volatile.Read(ref _isCut) != 0 && Volatile.Read(ref _inFlight) > 0)
        {
            Ended.TrySetResult();
        }
    }

    private static string PeerOf(Socket socket)
    {
        try
        {
            return socket.AddressFamily == AddressFamily.Unix
                ? ProcessOf(socket)
                : $"{socket.RemoteEndPoint}";
        }
        catch (SocketException)
        {
            return "gone";
        }
    }

    private static string ProcessOf(Socket socket)
    {
        if (!RuntimeInformation.IsOSPlatform(OSPlatform.Linux))
        {
            return "unix";
        }

        Span<byte> credentials = stackalloc byte[3 * sizeof(int)];
        socket.GetRawSocketOption(SocketLevel, PeerCredentials, credentials);
        return $"process {MemoryMarshal.Read<int>(credentials)}";
    }
}
