using System.Diagnostics;
using System.Net.Sockets;
using Kcopyd.Benchmarks.Processes;

namespace Kcopyd.Benchmarks.Serving;

/// <summary>A server of one file on a Unix socket, while it runs.</summary>
internal sealed class NbdServerProcess : IDisposable
{
    private const int LookMilliseconds = 20;

    private readonly Process _process;

    private NbdServerProcess(Process process, string uri) => (_process, Uri) = (process, uri);

    /// <summary>Where clients find the file.</summary>
    public string Uri { get; }

    /// <summary>Starts one. On return clients can connect.</summary>
    /// <param name="command">The program, in the foreground.</param>
    /// <param name="socket">The socket that it makes.</param>
    /// <param name="export">The name of the export.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="ProcessFailedException">It ended.</exception>
    public static NbdServerProcess Start(
        Command command, string socket, string export, CancellationToken cancellationToken)
    {
        var process = Process.Start(new ProcessStartInfo(command.Program, command.Arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var server = new NbdServerProcess(process, $"nbd+unix:///{export}?socket={socket}");
        while (!Answers(socket))
        {
            if (cancellationToken.IsCancellationRequested || process.WaitForExit(LookMilliseconds))
            {
                server.Dispose();
                cancellationToken.ThrowIfCancellationRequested();
                throw new ProcessFailedException($"'{command}' ended before it served");
            }
        }

        return server;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    private static bool Answers(string path)
    {
        if (!File.Exists(path))
        {
            return false;
        }

        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
