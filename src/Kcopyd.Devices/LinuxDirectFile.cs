namespace Kcopyd.Devices;

/// <summary>A file past the page cache, except for the odd end of a request: what lies after its last whole
/// block.</summary>
/// <remarks>
/// <list type="bullet">
/// <item>Requests begin at a block. Their odd end, at the end of the file or anywhere in it, and only it, goes through
/// the buffered handle.</item>
/// <item>A page of the cache that holds an odd end holds bytes around it as well. So that a page written back never
/// carries old bytes over newer direct ones, an odd end is written, and a range zeroed or discarded, while no direct
/// write runs; the kernel writes the page back before a direct write or read of its range, and drops it after a direct
/// write.</item>
/// <item>A flush covers both handles, because write-back errors are reported per handle.</item>
/// </list>
/// </remarks>
internal sealed class LinuxDirectFile : FileCalls
{
    private readonly LinuxFile _direct;
    private readonly LinuxFile _cached;
    private readonly int _blockSize;
    private readonly SharedGate _writes = new();
    private volatile bool _wroteCached;

    /// <summary>Takes both files over.</summary>
    internal LinuxDirectFile(LinuxFile direct, LinuxFile cached, int blockSize)
    {
        _direct = direct;
        _cached = cached;
        _blockSize = blockSize;
    }

    internal override int Read(long offset, Span<byte> buffer, out int done)
    {
        var body = BodyBytes(buffer.Length);
        done = 0;
        var errno = body > 0 ? _direct.Read(offset, buffer[..body], out done) : 0;
        if (errno != 0 || done < body || body == buffer.Length)
        {
            return errno;
        }

        errno = _cached.Read(offset + body, buffer[body..], out var tail);
        done += tail;
        return errno;
    }

    internal override int Write(long offset, ReadOnlySpan<byte> buffer, bool durable, out int done)
    {
        var body = BodyBytes(buffer.Length);
        done = 0;
        var errno = body > 0 ? WriteBody(offset, buffer[..body], durable, out done) : 0;
        if (errno != 0 || body == buffer.Length)
        {
            return errno;
        }

        errno = WriteOddEnd(offset + body, buffer[body..], durable, out var tail);
        done += tail;
        return errno;
    }

    internal override int Flush()
    {
        var errno = _direct.Flush();
        return errno == 0 && (_wroteCached || _cached.IsNew) ? _cached.Flush() : errno;
    }

    internal override int WriteZeroes(long offset, long length)
    {
        _writes.EnterAlone();
        try
        {
            return _cached.WriteZeroes(offset, length);
        }
        finally
        {
            _writes.ExitAlone();
        }
    }

    internal override int Discard(long offset, long length)
    {
        _writes.EnterAlone();
        try
        {
            return _cached.Discard(offset, length);
        }
        finally
        {
            _writes.ExitAlone();
        }
    }

    internal override int Resize(long length)
    {
        _writes.EnterAlone();
        try
        {
            return _cached.Resize(length);
        }
        finally
        {
            _writes.ExitAlone();
        }
    }

    internal override int Remove() => _cached.Remove();

    internal override int FindData(long offset, out long position) => _cached.FindData(offset, out position);

    internal override int FindHole(long offset, out long position) => _cached.FindHole(offset, out position);

    internal override int FindEnd(out long position) => _cached.FindEnd(out position);

    internal override int DropCache(long offset, long length) => _cached.DropCache(offset, length);

    internal override string? WhyVanished() => _cached.WhyVanished();

    internal override int ErrorOfClosing()
    {
        var errno = _direct.ErrorOfClosing();
        return errno == 0 ? _cached.ErrorOfClosing() : errno;
    }

    internal override void Close()
    {
        _direct.Close();
        _cached.Close();
    }

    private int WriteBody(long offset, ReadOnlySpan<byte> body, bool durable, out int done)
    {
        _writes.EnterShared();
        try
        {
            return _direct.Write(offset, body, durable, out done);
        }
        finally
        {
            _writes.ExitShared();
        }
    }

    private int WriteOddEnd(long offset, ReadOnlySpan<byte> end, bool durable, out int done)
    {
        _writes.EnterAlone();
        try
        {
            _wroteCached = true;
            return _cached.Write(offset, end, durable, out done);
        }
        finally
        {
            _writes.ExitAlone();
        }
    }

    private int BodyBytes(int length) => length - (length % _blockSize);
}
