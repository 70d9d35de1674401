using Kcopyd.Core.Paging;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Hosting;

/// <summary>Reads and writes ranges of a device from and to memory of any alignment, piece by piece through a buffer
/// that direct I/O takes. Positions and lengths are whole blocks of the device. Calls do not overlap.</summary>
internal sealed class AlignedDeviceAccess : IDisposable
{
    /// <summary>1 MiB: the most that one request carries, and whole blocks of any device.</summary>
    private const int MaxPages = 256;

    private readonly IBlockDevice _device;
    private readonly PageMemory _memory;
    private readonly PageLease _buffer;

    /// <summary>Access to a device.</summary>
    /// <param name="device">The caller's.</param>
    /// <param name="length">Bytes that are read or written at once, at most.</param>
    public AlignedDeviceAccess(IBlockDevice device, long length)
    {
        _device = device;
        var pages = (int)Math.Min(MaxPages, (length + PageBudget.PageSize - 1) / PageBudget.PageSize);
        _memory = new PageMemory(pages);
        _buffer = _memory.Lease(new PageRun(0, pages), static _ => { });
    }

    /// <summary>Fills all of <paramref name="bytes"/> from a position on.</summary>
    /// <exception cref="DeviceException">It cannot be read.</exception>
    public async Task ReadAsync(long offset, Memory<byte> bytes, CancellationToken cancellationToken)
    {
        Hold();
        try
        {
            for (var done = 0; done < bytes.Length;)
            {
                var piece = _buffer.Memory[..Math.Min(_buffer.LengthBytes, bytes.Length - done)];
                await _device.ReadAsync(offset + done, piece, cancellationToken).ConfigureAwait(false);
                piece.CopyTo(bytes[done..]);
                done += piece.Length;
            }
        }
        finally
        {
            _buffer.Release();
        }
    }

    /// <summary>Writes all of <paramref name="bytes"/> from a position on, in rising order.</summary>
    /// <exception cref="DeviceException">It cannot be written.</exception>
    public async Task WriteAsync(
        long offset, ReadOnlyMemory<byte> bytes, WriteDurability durability = WriteDurability.Cached)
    {
        Hold();
        try
        {
            for (var done = 0; done < bytes.Length;)
            {
                var piece = _buffer.Memory[..Math.Min(_buffer.LengthBytes, bytes.Length - done)];
                bytes.Slice(done, piece.Length).CopyTo(piece);
                await _device.WriteAsync(offset + done, piece, durability, CancellationToken.None)
                    .ConfigureAwait(false);
                done += piece.Length;
            }
        }
        finally
        {
            _buffer.Release();
        }
    }

    /// <summary>Frees the buffer, at once or when the device is done with it. Harmless to repeat.</summary>
    public void Dispose()
    {
        _buffer.LetGo();
        ((IDisposable)_buffer).Dispose();
        _memory.Dispose();
    }

    /// <summary>Who closes does not wait for a call: the buffer outlives the close then.</summary>
    private void Hold() => ObjectDisposedException.ThrowIf(!_buffer.TryHold(), this);
}
