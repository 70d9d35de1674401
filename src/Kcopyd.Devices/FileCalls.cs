namespace Kcopyd.Devices;

/// <summary>The blocking calls that a file device makes on its open file.</summary>
/// <remarks>
/// Each returns 0 or the (Linux) error number; nothing here knows of epochs, bounds or padding. Safe for concurrent
/// calls.
/// </remarks>
internal abstract class FileCalls
{
    /// <summary>Reads until the buffer is full, an error, or the end of the file (no error, and fewer bytes
    /// done).</summary>
    internal abstract int Read(long offset, Span<byte> buffer, out int done);

    /// <summary>Reads all of the buffer if nothing has to be waited for.</summary>
    /// <returns>Whether it did.</returns>
    internal virtual bool TryRead(long offset, Span<byte> buffer) => false;

    /// <summary>Writes all of the buffer, or fails after <paramref name="done"/> bytes.</summary>
    internal abstract int Write(long offset, ReadOnlySpan<byte> buffer, bool durable, out int done);

    /// <summary>Makes what was written durable, including the name of a file that was created.</summary>
    internal abstract int Flush();

    /// <summary>Makes a range zeros by a command; ENOTSUP where there is none. Never changes the length.</summary>
    internal virtual int WriteZeroes(long offset, long length) => SystemErrors.NotSupported;

    /// <summary>Discards a range; ENOTSUP where that is not possible. Never changes the length.</summary>
    internal virtual int Discard(long offset, long length) => SystemErrors.NotSupported;

    /// <summary>Gives the file another length.</summary>
    internal virtual int Resize(long length) => SystemErrors.NotSupported;

    /// <summary>Removes the name that the file was opened by. It stays open, and locked, until it is closed.</summary>
    internal virtual int Remove() => SystemErrors.NotSupported;

    /// <summary>The first byte of data at or after a position; ENXIO where there is none.</summary>
    internal virtual int FindData(long offset, out long position)
    {
        position = offset;
        return 0;
    }

    /// <summary>The first byte of a hole at or after a position (the end of the file counts as one).</summary>
    internal virtual int FindHole(long offset, out long position)
    {
        position = long.MaxValue;
        return 0;
    }

    /// <summary>Where the file ends now.</summary>
    internal virtual int FindEnd(out long position)
    {
        position = long.MaxValue;
        return 0;
    }

    /// <summary>Writes dirty cached pages back, and drops clean ones, where there is a way.</summary>
    /// <returns>The error of writing back: a flush that failed.</returns>
    internal virtual int DropCache(long offset, long length) => 0;

    /// <summary>Why the name no longer leads to this file, or null when it does.</summary>
    internal abstract string? WhyVanished();

    /// <summary>The error of a write that a file system tells only who closes the file; 0 where there is
    /// none.</summary>
    internal virtual int ErrorOfClosing() => 0;

    /// <summary>Closes the file; its locks end.</summary>
    internal abstract void Close();
}
