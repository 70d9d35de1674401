using Microsoft.Win32.SafeHandles;

namespace Kcopyd.Devices;

/// <summary>A buffered regular file on any system that .NET runs on.</summary>
internal sealed class PortableFile(string path, SafeFileHandle file, DateTime created) : FileCalls
{
    internal override int Read(long offset, Span<byte> buffer, out int done)
    {
        done = 0;
        try
        {
            while (done < buffer.Length)
            {
                var count = RandomAccess.Read(file, buffer[done..], offset + done);
                if (count == 0)
                {
                    break;
                }

                done += count;
            }

            return 0;
        }
        catch (IOException failure)
        {
            return Number(failure);
        }
    }

    internal override int Write(long offset, ReadOnlySpan<byte> buffer, bool durable, out int done)
    {
        done = 0;
        try
        {
            RandomAccess.Write(file, buffer, offset);
            done = buffer.Length;
            return durable ? Flush() : 0;
        }
        catch (IOException failure)
        {
            return Number(failure);
        }
    }

    internal override int Flush()
    {
        try
        {
            RandomAccess.FlushToDisk(file);
            return 0;
        }
        catch (IOException failure)
        {
            return Number(failure);
        }
    }

    internal override int Extend(long length)
    {
        try
        {
            RandomAccess.SetLength(file, length);
            return 0;
        }
        catch (IOException failure)
        {
            return Number(failure);
        }
    }

    internal override string? WhyVanished() =>
        !File.Exists(path) ? "there is nothing of this name any more: it was removed"
        : File.GetCreationTimeUtc(path) != created ? "the name leads to something else now: it was replaced"
        : null;

    internal override void Close() => file.Dispose();

    /// <summary>The Linux number of what .NET reports in its own way.</summary>
    internal static int Number(Exception failure) => failure switch
    {
        FileNotFoundException or DirectoryNotFoundException => SystemErrors.NoEntry,
        UnauthorizedAccessException => SystemErrors.Access,
        PathTooLongException => SystemErrors.NameTooLong,
        _ => (failure.HResult & 0xFFFF) switch
        {
            DiskFull or HandleDiskFull => SystemErrors.NoSpace,
            SharingViolation or LockViolation => SystemErrors.Again,
            _ => SystemErrors.InputOutput,
        },
    };

    // Numbers of Windows, which .NET hands on in the low half of HResult.
    private const int SharingViolation = 32;
    private const int LockViolation = 33;
    private const int HandleDiskFull = 39;
    private const int DiskFull = 112;
}
