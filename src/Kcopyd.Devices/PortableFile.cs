using Microsoft.Win32.SafeHandles;

namespace Kcopyd.Devices;

/// <summary>A buffered regular file on any system that .NET runs on.</summary>
internal sealed class PortableFile(string path, SafeFileHandle file, DateTime? born) : FileCalls
{
    // .NET hands on the system's own number: of Unix as it is, of Windows with 0x8007 before it.
    private const int AgainOfBsd = 35;
    private const int SharingViolation = unchecked((int)0x80070020);
    private const int LockViolation = unchecked((int)0x80070021);
    private const int HandleDiskFull = unchecked((int)0x80070027);
    private const int DiskFull = unchecked((int)0x80070070);

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

    internal override int Resize(long length)
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

    internal override int Remove()
    {
        try
        {
            File.Delete(path);
            return 0;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return Number(failure);
        }
    }

    internal override string? WhyVanished() =>
        !File.Exists(path) ? "there is nothing of this name any more: it was removed"
        : Birth(path) != born ? "the name leads to something else now: it was replaced"
        : null;

    internal override void Close() => file.Dispose();

    /// <summary>When a file was created; null where .NET makes it up from other times, as on Linux.</summary>
    internal static DateTime? Birth(string path) =>
        OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? File.GetCreationTimeUtc(path) : null;

    /// <summary>The Linux number of what .NET reports in its own way.</summary>
    internal static int Number(Exception failure) => failure switch
    {
        FileNotFoundException or DirectoryNotFoundException => SystemErrors.NoEntry,
        UnauthorizedAccessException => SystemErrors.Access,
        PathTooLongException => SystemErrors.NameTooLong,
        _ => failure.HResult switch
        {
            SystemErrors.NoSpace or DiskFull or HandleDiskFull => SystemErrors.NoSpace,
            SystemErrors.Again or AgainOfBsd or SharingViolation or LockViolation => SystemErrors.Again,
            _ => SystemErrors.InputOutput,
        },
    };
}
