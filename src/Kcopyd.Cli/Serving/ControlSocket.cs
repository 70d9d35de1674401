using System.Net.Sockets;
using System.Text;
using Kcopyd.Cli.Execution;
using Kcopyd.Nbd.Serving;

namespace Kcopyd.Cli.Serving;

/// <summary>Where a running server tells how it is: who connects gets one JSON document, and the end.</summary>
internal sealed class ControlSocket : IAsyncDisposable
{
    private const UnixFileMode Owners = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Who does not take its answer is left alone.</summary>
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(10);

    /// <summary>So that a lack of descriptors, which takes a while to end, costs nothing.</summary>
    private static readonly TimeSpan FailurePause = TimeSpan.FromMilliseconds(100);

    private readonly Socket _listener;
    private readonly string _path;
    private readonly Func<CancellationToken, Task<string>> _tell;
    private readonly Action<string> _complain;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _serving;

    private ControlSocket(
        Socket listener, string path, Func<CancellationToken, Task<string>> tell, Action<string> complain)
    {
        (_listener, _path, _tell, _complain) = (listener, path, tell, complain);
        _serving = ServeAsync();
    }

    /// <summary>Begins to answer.</summary>
    /// <param name="path">Where; only its owner can connect.</param>
    /// <param name="tell">The document; called for one client after the other.</param>
    /// <param name="complain">Takes a sentence where there is no document; who asked gets none then.</param>
    /// <exception cref="RefusedException">It cannot be had, or another server has it.</exception>
    internal static ControlSocket Listen(
        string path, Func<CancellationToken, Task<string>> tell, Action<string> complain)
    {
#pragma warning disable CA2000 // the control socket owns it
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
#pragma warning restore CA2000
        try
        {
            var endPoint = new UnixDomainSocketEndPoint(path);
            OwnDirectory.Create(Path.GetDirectoryName(path)!);
            UnixSocketFile.RemoveStale(endPoint);
            listener.Bind(endPoint);
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(path, Owners);
            }

            listener.Listen();
            return new ControlSocket(listener, path, tell, complain);
        }
        catch (Exception e) when (e is SocketException or IOException or UnauthorizedAccessException
            or ArgumentOutOfRangeException)
        {
            listener.Dispose();
            throw new RefusedException(
                e is SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse }
                    ? $"{path} is taken, by another server or another file: --control gives this one another socket"
                    : $"the control socket {path} cannot be made: {e.Message.TrimEnd('.')}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();
        File.Delete(_path);
        await _serving.ConfigureAwait(false);
        _end.Dispose();
    }

    private async Task ServeAsync()
    {
        using var pause = new PeriodicTimer(FailurePause);
        try
        {
            while (!_end.IsCancellationRequested)
            {
                if (!await TryServeAsync().ConfigureAwait(false))
                {
                    await pause.WaitForNextTickAsync(_end.Token).ConfigureAwait(false);
                }
            }
        }
        catch (Exception ended) when (_end.IsCancellationRequested
            && ended is (OperationCanceledException or ObjectDisposedException or SocketException))
        {
            // The server ends.
        }
    }

    private async Task<bool> TryServeAsync()
    {
        try
        {
            using var client = await _listener.AcceptAsync(_end.Token).ConfigureAwait(false);
            await AnswerAsync(client).ConfigureAwait(false);
            return true;
        }
#pragma warning disable CA1031 // of one who asked, whatever it is: the next one is answered
        catch (Exception) when (!_end.IsCancellationRequested)
#pragma warning restore CA1031
        {
            return false;
        }
    }

    private async Task AnswerAsync(Socket client)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_end.Token);
        limit.CancelAfter(AnswerTimeout);
        ReadOnlyMemory<byte> document = Encoding.UTF8.GetBytes(await TellAsync(limit.Token).ConfigureAwait(false));
        while (!document.IsEmpty)
        {
            document = document[await client.SendAsync(document, limit.Token).ConfigureAwait(false)..];
        }
    }

    private async Task<string> TellAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _tell(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (!_end.IsCancellationRequested)
        {
            var reason = cancellationToken.IsCancellationRequested
                ? $"that took more than {AnswerTimeout.TotalSeconds:F0} seconds"
                : failure.Message.TrimEnd('.');
            _complain($"the status cannot be told: {reason}");
            throw;
        }
    }
}
