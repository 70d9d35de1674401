using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Kcopyd.Devices;

/// <summary>One open file of Linux, in one mode: through the page cache or past it.</summary>
internal sealed unsafe class LinuxFile : FileCalls
{
    /// <summary>struct statfs is 120 bytes, and begins with the kind of the file system.</summary>
    private const int FileSystemStatusSize = 128;

    private const long Tmpfs = 0x01021994;
    private const long Ramfs = 0x858458f6;

    private readonly SafeFileHandle _file;
    private readonly bool _isBlockSpecial;
    private readonly FileOpening _opening;
    private readonly bool _isInMemory;
    private readonly LinuxVanishing _vanishing;
    private SafeFileHandle? _createdIn;
    private volatile bool _lacksPunchHole;
    private volatile bool _lacksDurableWrite;
    private volatile bool _lacksNoWait;

    /// <summary>Takes the handles over.</summary>
    /// <param name="file">The file.</param>
    /// <param name="isBlockSpecial">Whether commands are block ioctls.</param>
    /// <param name="createdIn">The directory in which this file was just created, to be flushed once; else
    /// null.</param>
    /// <param name="vanishing">Answers whether the name still leads here.</param>
    /// <param name="opening">How it was opened.</param>
    internal LinuxFile(
        SafeFileHandle file,
        bool isBlockSpecial,
        SafeFileHandle? createdIn,
        LinuxVanishing vanishing,
        FileOpening opening)
    {
        _file = file;
        _isBlockSpecial = isBlockSpecial;
        _createdIn = createdIn;
        _vanishing = vanishing;
        _opening = opening;
        _isInMemory = !isBlockSpecial && IsInMemory(file);
    }

    /// <summary>Whether the name of this file has yet to be made durable.</summary>
    internal bool IsNew => Volatile.Read(ref _createdIn) is not null;

    internal override int Read(long offset, Span<byte> buffer, out int done)
    {
        done = 0;
        fixed (byte* start = buffer)
        {
            while (done < buffer.Length)
            {
                var count = LinuxCalls.Read(_file, start + done, (nuint)(buffer.Length - done), offset + done);
                if (count == 0)
                {
                    return 0;
                }

                if (count > 0)
                {
                    done += (int)count;
                }
                else if (Failed(out var errno))
                {
                    return errno;
                }
            }
        }

        return 0;
    }

    internal override bool TryRead(long offset, Span<byte> buffer)
    {
        if (!_lacksNoWait)
        {
            fixed (byte* start = buffer)
            {
                var vector = new LinuxCalls.IoVector { Start = start, Length = (nuint)buffer.Length };
                var count = LinuxCalls.ReadVector(_file, &vector, 1, offset, LinuxCalls.NoWait);
                if (count >= 0 || !SystemErrors.MeansUnsupported(Marshal.GetLastPInvokeError()))
                {
                    return count == buffer.Length;
                }
            }

            _lacksNoWait = true;
        }

        // File systems in memory do not know the question, and never wait.
        return _isInMemory && Read(offset, buffer, out var done) == 0 && done == buffer.Length;
    }

    internal override int Write(long offset, ReadOnlySpan<byte> buffer, bool durable, out int done)
    {
        done = 0;
        fixed (byte* start = buffer)
        {
            while (done < buffer.Length)
            {
                var errno = WriteSome(start + done, buffer.Length - done, offset + done, durable, out var count);
                if (errno != 0)
                {
                    return errno;
                }

                done += count;
            }
        }

        return durable && _lacksDurableWrite ? Retry(() => LinuxCalls.SyncData(_file)) : 0;
    }

    internal override int Flush()
    {
        var directory = Volatile.Read(ref _createdIn);
        var errno = _opening.Sync(_file, directory is not null);
        if (errno != 0 || directory is null)
        {
            return errno;
        }

        // A crash up to here may lose the name of the new file, and with it everything that was written.
        errno = _opening.Sync(directory, true);
        if (errno == 0 && Interlocked.Exchange(ref _createdIn, null) is { } handle)
        {
            handle.Dispose();
        }

        return errno;
    }

    internal override int WriteZeroes(long offset, long length)
    {
        if (_isBlockSpecial)
        {
            return ControlRange(LinuxCalls.BlockZeroOut, offset, length);
        }

        if (IsHole(offset, length))
        {
            // Zeroing would allocate it, and a sparse file would not stay sparse.
            return 0;
        }

        if (!_lacksPunchHole)
        {
            var errno = Discard(offset, length);
            if (!SystemErrors.MeansUnsupported(errno))
            {
                return errno;
            }

            _lacksPunchHole = true;
        }

        return Allocate(LinuxCalls.FallocateZeroRange | LinuxCalls.FallocateKeepSize, offset, length);
    }

    internal override int Discard(long offset, long length) => _isBlockSpecial
        ? ControlRange(LinuxCalls.BlockDiscard, offset, length)
        : Allocate(LinuxCalls.FallocatePunchHole | LinuxCalls.FallocateKeepSize, offset, length);

    internal override int Resize(long length) => Retry(() => LinuxCalls.Truncate(_file, length));

    internal override int Remove() =>
        LinuxCalls.Unlink(_vanishing.Path) == 0 || !Failed(out var errno) ? 0 : errno;

    internal override int FindData(long offset, out long position)
    {
        if (_isBlockSpecial)
        {
            return base.FindData(offset, out position);
        }

        position = LinuxCalls.Seek(_file, offset, LinuxCalls.SeekData);
        return position < 0 ? Marshal.GetLastPInvokeError() : 0;
    }

    internal override int FindHole(long offset, out long position)
    {
        if (_isBlockSpecial)
        {
            return base.FindHole(offset, out position);
        }

        position = LinuxCalls.Seek(_file, offset, LinuxCalls.SeekHole);
        return position < 0 ? Marshal.GetLastPInvokeError() : 0;
    }

    internal override int FindEnd(out long position)
    {
        position = LinuxCalls.Seek(_file, 0, LinuxCalls.SeekEnd);
        return position < 0 ? Marshal.GetLastPInvokeError() : 0;
    }

    internal override int DropCache(long offset, long length)
    {
        // What is dirty, whoever wrote it, is not dropped. A handle for reading may ask for it to be written too.
        var errno = _opening.Sync(_file, false);

        // Only whole pages are dropped, so the range is widened to pages.
        var start = offset & ~4095L;
        var end = BlockRequest.RoundUp(offset + length, 4096);
        _ = LinuxCalls.Advise(_file, start, end - start, LinuxCalls.AdviseDontNeed);
        _vanishing.Location.Backing?.DropCache(start, end - start);
        return errno;
    }

    internal override string? WhyVanished() => _vanishing.Why();

    internal override int ErrorOfClosing() =>
        _isBlockSpecial || !_opening.IsWritable ? 0 : _opening.CloseCopy(_file);

    internal override void Close()
    {
        if (!_isBlockSpecial)
        {
            // A program that is just being started has, until it begins, a copy of the handle, and with it the lock.
            _ = LinuxCalls.Lock(_file, LinuxCalls.Unlock);
        }

        _file.Dispose();
        Interlocked.Exchange(ref _createdIn, null)?.Dispose();
    }

    /// <summary>fdatasync, or fsync, until no signal interrupts it.</summary>
    internal static int Sync(SafeFileHandle file, bool withMetadata) => withMetadata
        ? Retry(() => LinuxCalls.Sync(file))
        : Retry(() => LinuxCalls.SyncData(file));

    /// <summary>close of a copy of the handle. Locks that flock took stay, because the file is still open.</summary>
    internal static int CloseCopy(SafeFileHandle file)
    {
        var copy = LinuxCalls.Duplicate(file, LinuxCalls.DuplicateCloseOnExec, 0);
        if (copy < 0)
        {
            // No handle is left: nothing was asked, and so nothing that another would have been told is missed.
            return 0;
        }

        // The copy is closed even where a signal came, and is not to be closed again.
        return LinuxCalls.Close(copy) == 0 || !Failed(out var errno) ? 0 : errno;
    }

    private static bool IsInMemory(SafeFileHandle file)
    {
        var status = stackalloc byte[FileSystemStatusSize];
        return LinuxCalls.FileSystemStatus(file, status) == 0 && *(long*)status is Tmpfs or Ramfs;
    }

    private static int Retry(Func<int> call)
    {
        while (true)
        {
            if (call() == 0)
            {
                return 0;
            }

            if (Failed(out var errno))
            {
                return errno;
            }
        }
    }

    /// <summary>False where a signal came before anything was done, and the call is simply made again.</summary>
    private static bool Failed(out int errno)
    {
        errno = Marshal.GetLastPInvokeError();
        return errno != SystemErrors.Interrupted;
    }

    private int WriteSome(byte* start, int length, long offset, bool durable, out int count)
    {
        while (true)
        {
            var written = durable && !_lacksDurableWrite
                ? WriteDurably(start, length, offset)
                : LinuxCalls.Write(_file, start, (nuint)length, offset);
            count = (int)written;
            if (written > 0)
            {
                return 0;
            }

            if (written == 0)
            {
                // A device that takes nothing and names no reason would be asked for ever.
                return SystemErrors.InputOutput;
            }

            if (!Failed(out var errno))
            {
                continue;
            }

            if (!durable || _lacksDurableWrite || errno is not (SystemErrors.NotSupported or SystemErrors.NoSystemCall))
            {
                return errno;
            }

            _lacksDurableWrite = true;
        }
    }

    private nint WriteDurably(byte* start, int length, long offset)
    {
        var vector = new LinuxCalls.IoVector { Start = start, Length = (nuint)length };
        return LinuxCalls.WriteVector(_file, &vector, 1, offset, LinuxCalls.WriteDataSync);
    }

    private bool IsHole(long offset, long length)
    {
        var errno = FindData(offset, out var position);
        return errno == SystemErrors.NoSuchDeviceOrAddress || (errno == 0 && position >= offset + length);
    }

    private int Allocate(int mode, long offset, long length) =>
        Retry(() => LinuxCalls.Allocate(_file, mode, offset, length));

    private int ControlRange(nuint request, long offset, long length)
    {
        var range = stackalloc long[] { offset, length };
        while (LinuxCalls.Control(_file, request, range) != 0)
        {
            if (Failed(out var errno))
            {
                return errno;
            }
        }

        return 0;
    }
}
