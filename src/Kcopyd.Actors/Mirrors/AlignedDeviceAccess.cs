using Kcopyd.Core;
using Kcopyd.Core.Paging;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Mirrors;

/// <summary>Reads and writes ranges of a device from and to memory of any alignment, piece by piece through a buffer
/// that direct I/O takes. Calls do not overlap.</summary>
internal sealed class AlignedDeviceAccess : IDisposable
{
    /// <summary>1 MiB: the most that one request carries, and whole blocks of any device.</summary>
    private const int MaxPages = 256;

    private readonly IBlockDevice _device;
    private readonly PageMemory _memory;
    private readonly PageLease _buffer;

    /// <summary>Access to a device.</summary>
    /// <param name="device">The caller's.</param>
    /// <param name="length">Bytes that are used of it.</param>
    public AlignedDeviceAccess(IBlockDevice device, long length)
    {
        _device = device;
        var pages = (int)Math.Min(MaxPages, (length + PageBudget.PageSize - 1) / PageBudget.PageSize);
        _memory = new PageMemory(pages);
        _buffer = _memory.Lease(new PageRun(0, pages), static _ => { });
    }

    /// <summary>Fills all of <paramref name="bytes"/> from the beginning of the device.</summary>
    /// <exception cref="DeviceException">It cannot be read.</exception>
    public async Task ReadAsync(Memory<byte> bytes, CancellationToken cancellationToken)
    {
        Hold();
        try
        {
            for (var done = 0; done < bytes.Length;)
            {
                var piece = _buffer.Memory[..Math.Min(_buffer.LengthBytes, bytes.Length - done)];
                await _device.ReadAsync(done, piece, cancellationToken).ConfigureAwait(false);
                piece.CopyTo(bytes[done..]);
                done += piece.Length;
            }
        }
        finally
        {
            _buffer.Release();
        }
    }

    /// <summary>Writes a range of an image that begins at the device's first byte.</summary>
    /// <exception cref="DeviceException">It cannot be written.</exception>
    public async Task WriteAsync(ReadOnlyMemory<byte> image, SectorRange range)
    {
        var end = (range.Start + range.Count) * Sectors.Size;
        Hold();
        try
        {
            for (var at = range.StartBytes; at < end;)
            {
                var piece = _buffer.Memory[..(int)Math.Min(_buffer.LengthBytes, end - at)];
                image.Slice((int)at, piece.Length).CopyTo(piece);
                await _device.WriteAsync(at, piece, WriteDurability.Cached, CancellationToken.None)
                    .ConfigureAwait(false);
                at += piece.Length;
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

    /// <summary>A mirror that is closed does not wait for its log: the buffer outlives the close then.</summary>
    private void Hold() => ObjectDisposedException.ThrowIf(!_buffer.TryHold(), this);
}
