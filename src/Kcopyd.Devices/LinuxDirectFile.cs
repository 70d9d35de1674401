namespace Kcopyd.Devices;

/// <summary>A file past the page cache, except for its odd tail: what lies after the last whole block.</summary>
/// <remarks>
/// <list type="bullet">
/// <item>The tail, and only it, goes through the buffered handle.</item>
/// <item>A page of the cache that holds the tail holds bytes before it as well. So that a page written back never
/// carries old bytes over newer direct ones, direct writes near the tail and buffered writes of it run one at a time;
/// the kernel writes the page back before a direct write or read of its range, and drops it after a direct
/// write.</item>
/// <item>A flush covers both handles, because write-back errors are reported per handle.</item>
/// </list>
/// </remarks>
internal sealed class LinuxDirectFile : FileCalls
{
    /// <summary>64 KiB: no page, folio that is dirtied in part, or file system block is larger.</summary>
    private const int Neighbourhood = 64 * 1024;

    private readonly LinuxFile _direct;
    private readonly LinuxFile _cached;
    private readonly int _blockSize;
    private readonly Lock _nearTail = new();
    private long _bodyEnd;
    private volatile bool _wroteTail;

    /// <summary>Takes both files over.</summary>
    internal LinuxDirectFile(LinuxFile direct, LinuxFile cached, int blockSize, long length)
    {
        _direct = direct;
        _cached = cached;
        _blockSize = blockSize;
        _bodyEnd = length - (length % blockSize);
    }

    internal override int Read(long offset, Span<byte> buffer, out int done)
    {
        var body = BodyBytes(offset, buffer.Length);
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
        if (!IsNearTail(offset, buffer.Length))
        {
            return _direct.Write(offset, buffer, durable, out done);
        }

        lock (_nearTail)
        {
            var body = BodyBytes(offset, buffer.Length);
            done = 0;
            var errno = body > 0 ? _direct.Write(offset, buffer[..body], durable, out done) : 0;
            if (errno != 0 || body == buffer.Length)
            {
                return errno;
            }

            _wroteTail = true;
            errno = _cached.Write(offset + body, buffer[body..], durable, out var tail);
            done += tail;
            return errno;
        }
    }

    internal override int Flush()
    {
        var errno = _direct.Flush();
        return errno == 0 && (_wroteTail || _cached.IsNew) ? _cached.Flush() : errno;
    }

    internal override int WriteZeroes(long offset, long length)
    {
        lock (_nearTail)
        {
            return _cached.WriteZeroes(offset, length);
        }
    }

    internal override int Discard(long offset, long length)
    {
        lock (_nearTail)
        {
            return _cached.Discard(offset, length);
        }
    }

    internal override int Extend(long length)
    {
        lock (_nearTail)
        {
            var errno = _cached.Extend(length);
            if (errno == 0)
            {
                Volatile.Write(ref _bodyEnd, length - (length % _blockSize));
            }

            return errno;
        }
    }

    internal override int FindData(long offset, out long position) => _cached.FindData(offset, out position);

    internal override int FindHole(long offset, out long position) => _cached.FindHole(offset, out position);

    internal override int FindEnd(out long position) => _cached.FindEnd(out position);

    internal override void DropCache(long offset, long length) => _cached.DropCache(offset, length);

    internal override string? WhyVanished() => _cached.WhyVanished();

    internal override void Close()
    {
        _direct.Close();
        _cached.Close();
    }

    private int BodyBytes(long offset, int length) =>
        (int)Math.Clamp(Volatile.Read(ref _bodyEnd) - offset, 0, length);

    private bool IsNearTail(long offset, int length) =>
        offset + length > (Volatile.Read(ref _bodyEnd) & -Neighbourhood);
}
