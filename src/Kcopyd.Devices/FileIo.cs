using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Kcopyd.Devices;

/// <summary>What a file device does, on the calling thread: the rules of a request around the calls on the open
/// file.</summary>
internal sealed class FileIo(FileFacts facts, FileCalls calls)
{
    /// <summary>1 GiB: how much one zeroing or discarding command covers, so that a cancelled one ends soon on a device
    /// that has to write.</summary>
    private const long CommandBytes = 1L << 30;

    private readonly string _uri = facts.Identity.Uri;
    private readonly WriteEpochs _epochs = new();
    private readonly CallGate _gate = new();
    private volatile BlockDeviceGeometry _geometry = facts.Geometry;
    private volatile bool _lacksZeroes;

    internal FileFacts Facts => facts;

    internal BlockDeviceGeometry Geometry => _geometry;

    internal long WriteEpoch => _epochs.Current;

    internal void Read(long offset, Span<byte> buffer)
    {
        _gate.Enter(_uri, DeviceOperation.Read);
        try
        {
            var geometry = _geometry;
            BlockRequest.Check(_uri, DeviceOperation.Read, geometry, offset, buffer.Length);
            var valid = (int)BlockRequest.ValidBytes(geometry, offset, buffer.Length);
            CheckAlignment(DeviceOperation.Read, offset, buffer[..valid]);
            var errno = calls.Read(offset, buffer[..valid], out var done);
            ThrowOn(errno, DeviceOperation.Read, offset + done);
            if (done < valid)
            {
                throw MadeShorter(DeviceOperation.Read, offset + done);
            }

            buffer[valid..].Clear();
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <summary>As <see cref="Read"/>, if nothing has to be waited for.</summary>
    internal bool TryRead(long offset, Span<byte> buffer)
    {
        _gate.Enter(_uri, DeviceOperation.Read);
        try
        {
            var geometry = _geometry;
            BlockRequest.Check(_uri, DeviceOperation.Read, geometry, offset, buffer.Length);
            var valid = (int)BlockRequest.ValidBytes(geometry, offset, buffer.Length);
            if (facts.IsDirect || !calls.TryRead(offset, buffer[..valid]))
            {
                return false;
            }

            buffer[valid..].Clear();
            return true;
        }
        finally
        {
            _gate.Exit();
        }
    }

    internal void Write(long offset, ReadOnlySpan<byte> buffer, WriteDurability durability)
    {
        _gate.Enter(_uri, DeviceOperation.Write);
        try
        {
            BlockRequest.CheckWrite(_uri, DeviceOperation.Write, _geometry, offset, buffer.Length);
            var valid = buffer[..(int)BlockRequest.ValidBytes(_geometry, offset, buffer.Length)];
            CheckAlignment(DeviceOperation.Write, offset, valid);
            if (durability == WriteDurability.Durable)
            {
                WriteDurably(offset, valid);
                return;
            }

            var errno = calls.Write(offset, valid, durable: false, out var done);
            ThrowOn(errno, DeviceOperation.Write, offset + done);
        }
        finally
        {
            _gate.Exit();
        }
    }

    internal void WriteZeroes(long offset, long length, CancellationToken cancellationToken)
    {
        _gate.Enter(_uri, DeviceOperation.WriteZeroes);
        try
        {
            BlockRequest.CheckWrite(_uri, DeviceOperation.WriteZeroes, _geometry, offset, length);
            var end = offset + BlockRequest.ValidBytes(_geometry, offset, length);
            for (var at = offset; at < end;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                at += WriteSomeZeroes(at, end - at);
            }
        }
        finally
        {
            _gate.Exit();
        }
    }

    internal void Discard(long offset, long length, CancellationToken cancellationToken)
    {
        _gate.Enter(_uri, DeviceOperation.Discard);
        try
        {
            BlockRequest.CheckWrite(_uri, DeviceOperation.Discard, _geometry, offset, length);
            var end = offset + BlockRequest.ValidBytes(_geometry, offset, length);
            for (var at = offset; at < end; at += CommandBytes)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var errno = calls.Discard(at, Math.Min(CommandBytes, end - at));
                if (SystemErrors.MeansUnsupported(errno))
                {
                    throw new DeviceException(
                        _uri, DeviceOperation.Discard, DeviceErrorKind.NotSupported, "it takes no discards")
                    {
                        Offset = at,
                        Errno = errno,
                    };
                }

                ThrowOn(errno, DeviceOperation.Discard, at);
            }
        }
        finally
        {
            _gate.Exit();
        }
    }

    internal void Flush(long epoch)
    {
        _gate.Enter(_uri, DeviceOperation.Flush);
        try
        {
            if (_geometry.IsReadOnly)
            {
                _epochs.Check(_uri, epoch);
                return;
            }

            _epochs.Flush(_uri, epoch, calls.Flush);
        }
        finally
        {
            _gate.Exit();
        }
    }

    internal IReadOnlyList<BlockExtent> GetBlockStatus(long offset, long length)
    {
        _gate.Enter(_uri, DeviceOperation.BlockStatus);
        try
        {
            var geometry = _geometry;
            BlockRequest.CheckBounds(_uri, DeviceOperation.BlockStatus, geometry, offset, length);
            return length == 0 ? [] : new FileExtents(_uri, calls, geometry.LengthBytes).Of(offset, length);
        }
        finally
        {
            _gate.Exit();
        }
    }

    internal void DropCache(long offset, long length)
    {
        _gate.Enter(_uri, DeviceOperation.Read);
        try
        {
            BlockRequest.CheckBounds(_uri, DeviceOperation.Read, _geometry, offset, length);
            if (length > 0)
            {
                // A failed write-back ends the epoch of a writer, and nothing else comes of it.
                _ = _geometry.IsReadOnly
                    ? calls.DropCache(offset, length)
                    : _epochs.Guard(() => calls.DropCache(offset, length));
            }
        }
        finally
        {
            _gate.Exit();
        }
    }

    internal void Confirm()
    {
        _gate.Enter(_uri, DeviceOperation.Confirm);
        try
        {
            ThrowIfVanished(DeviceOperation.Confirm);

            // Some file systems (of a network, with quotas) tell of a failed write only when the file is closed.
            ThrowOn(_epochs.Guard(calls.ErrorOfClosing), DeviceOperation.Write, null);
        }
        finally
        {
            _gate.Exit();
        }
    }

    internal void Remove()
    {
        _gate.Enter(_uri, DeviceOperation.Remove);
        try
        {
            ThrowIfVanished(DeviceOperation.Remove);
            ThrowOn(calls.Remove(), DeviceOperation.Remove, null);
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <summary>Gives the file another length, unless it is long enough and only to be made longer.</summary>
    internal void Resize(long lengthBytes, bool shortens)
    {
        _gate.Enter(_uri, DeviceOperation.Resize);
        try
        {
            lock (calls)
            {
                var geometry = _geometry;
                BlockRequest.CheckWrite(_uri, DeviceOperation.Resize, geometry, 0, 0);
                if (shortens || lengthBytes > geometry.LengthBytes)
                {
                    ThrowOn(calls.Resize(lengthBytes), DeviceOperation.Resize, null);
                    _geometry = geometry with { LengthBytes = lengthBytes };
                }
            }
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <summary>Lets no call in any more; completes when none is inside. The file is still open then.</summary>
    internal Task CloseAsync() => _gate.CloseAsync();

    /// <summary>Closes the file; the locks on it end.</summary>
    internal void Release() => calls.Close();

    private void WriteDurably(long offset, ReadOnlySpan<byte> valid)
    {
        int errno;
        int done;
        if (facts.IsDirect && valid.Length % _geometry.LogicalBlockSize == 0)
        {
            errno = calls.Write(offset, valid, durable: true, out done);
            if (errno != 0)
            {
                _epochs.End();
            }
        }
        else
        {
            // Through the page cache, as an odd end is under direct I/O too: the flush inside consumes the report of a
            // failed write-back, which is about other writes as well.
            lock (_epochs.Gate)
            {
                errno = calls.Write(offset, valid, durable: true, out done);
                if (errno != 0)
                {
                    _epochs.End();
                }
            }
        }

        ThrowOn(errno, DeviceOperation.Write, offset + done);
    }

    private long WriteSomeZeroes(long offset, long length)
    {
        if (!_lacksZeroes)
        {
            var count = Math.Min(length, CommandBytes);
            var errno = calls.WriteZeroes(offset, count);
            if (!SystemErrors.MeansUnsupported(errno))
            {
                ThrowOn(errno, DeviceOperation.WriteZeroes, offset);
                return count;
            }

            // A refusal as invalid may be about this range only (its alignment); the others are about the device.
            _lacksZeroes = errno != SystemErrors.Invalid;
        }

        var zeros = ZeroPages.Memory.Span;
        zeros = zeros[..(int)Math.Min(length, zeros.Length)];
        ThrowOn(calls.Write(offset, zeros, durable: false, out var done), DeviceOperation.WriteZeroes, offset + done);
        return zeros.Length;
    }

    private DeviceException MadeShorter(DeviceOperation operation, long offset) =>
        SystemErrors.MadeShorter(_uri, operation, offset, _geometry.LengthBytes);

    private void CheckAlignment(DeviceOperation operation, long offset, ReadOnlySpan<byte> buffer)
    {
        var block = _geometry.LogicalBlockSize;
        if (!facts.IsDirect || buffer.Length < block)
        {
            return;
        }

        var misplaced = AddressOf(buffer) & (nuint)(facts.MemoryAlignment - 1);
        if (misplaced != 0)
        {
            throw new DeviceException(
                _uri,
                operation,
                DeviceErrorKind.InvalidRequest,
                $"the buffer is not aligned to {facts.MemoryAlignment} bytes, as direct I/O wants it")
            {
                Offset = offset,
            };
        }
    }

    private static unsafe nuint AddressOf(ReadOnlySpan<byte> buffer) =>
        (nuint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(buffer));

    private void ThrowIfVanished(DeviceOperation operation)
    {
        if (calls.WhyVanished() is { } why)
        {
            throw new DeviceException(_uri, operation, DeviceErrorKind.Vanished, why);
        }
    }

    private void ThrowOn(int errno, DeviceOperation operation, long? offset)
    {
        if (errno != 0)
        {
            throw SystemErrors.Failure(_uri, operation, errno, offset);
        }
    }
}
