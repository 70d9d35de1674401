using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;

namespace Kcopyd.Nbd.Transport;

/// <summary>A socket whose calls wait on the thread that makes them, the asynchronous ones too.</summary>
/// <remarks>
/// Decided: a connection of the server has a thread of its own, which reads a request, does it where that is
/// processor work, and answers. Because: a hand-over to another thread costs more than a request of 4 KiB, and
/// leaves its bytes in the wrong core's cache; the kernel wakes a thread that waits in a call with less ado than
/// one that waits for an event. Instead of: asynchronous sockets. No asynchronous call is ever made on the socket:
/// after one it would not wait in the kernel any more.
/// </remarks>
internal sealed class BlockingStream : Stream
{
    /// <summary>Room for what is sent while the peer wakes up, of which the system gives what it allows: with it whole
    /// requests go in without a wait. TCP finds out for itself.</summary>
    private const int UnixSendBuffer = 512 * 1024;

    private readonly Socket _socket;

    /// <summary>Of a connected socket, which it owns.</summary>
    public BlockingStream(Socket socket)
    {
        _socket = socket;
        if (socket.AddressFamily == AddressFamily.Unix)
        {
            socket.SendBufferSize = UnixSendBuffer;
        }
    }

    /// <summary>Called before each read that may wait.</summary>
    public Action? Reading { get; set; }

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Waits until there is something to read, or an end.</summary>
    /// <remarks>Where another thread writes, a read that waits is woken each time that the peer has taken a part of
    /// that, only to wait on; this is not.</remarks>
    public void WaitForData()
    {
        Reading?.Invoke();
        try
        {
            _socket.Poll(Timeout.InfiniteTimeSpan, SelectMode.SelectRead);
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            // The read hears of it.
        }
    }

    /// <summary>Reads end from now on, also one that waits. What was received may still be read. Any thread.</summary>
    public void EndReading() => Shut(SocketShutdown.Receive);

    /// <summary>All calls end from now on. Any thread.</summary>
    public void EndAll() => Shut(SocketShutdown.Both);

    public override int Read(Span<byte> buffer)
    {
        Reading?.Invoke();
        try
        {
            return _socket.Receive(buffer, SocketFlags.None);
        }
        catch (SocketException failure)
        {
            throw Failed(failure);
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            while (!buffer.IsEmpty)
            {
                buffer = buffer[_socket.Send(buffer, SocketFlags.None)..];
            }
        }
        catch (SocketException failure)
        {
            throw Failed(failure);
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    [SuppressMessage("Design", "CA1031", Justification = "A failure belongs into the task, whatever it is.")]
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            return ValueTask.FromResult(Read(buffer.Span));
        }
        catch (Exception failure)
        {
            return ValueTask.FromException<int>(failure);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    [SuppressMessage("Design", "CA1031", Justification = "A failure belongs into the task, whatever it is.")]
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            Write(buffer.Span);
            return default;
        }
        catch (Exception failure)
        {
            return ValueTask.FromException(failure);
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _socket.Dispose();
        }

        base.Dispose(disposing);
    }

    private static IOException Failed(SocketException failure) =>
        failure.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown or SocketError.ConnectionAborted
            ? new IOException("the peer closed the connection", failure)
            : new IOException(failure.Message, failure);

    private void Shut(SocketShutdown ends)
    {
        try
        {
            _socket.Shutdown(ends);
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // It has ended already.
        }
    }
}
