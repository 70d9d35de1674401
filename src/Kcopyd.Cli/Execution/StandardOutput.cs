using Microsoft.Win32.SafeHandles;

namespace Kcopyd.Cli.Execution;

/// <summary>Standard output as bytes.</summary>
internal static class StandardOutput
{
    /// <summary>The file or pipe that it is, as Linux tells.</summary>
    internal const string Path = "/proc/self/fd/1";

    /// <summary>EPIPE.</summary>
    private const int PipeBroken = 32;

    private static readonly SafeFileHandle Handle = new(1, ownsHandle: false);

    /// <summary>Opens it, without a buffer of its own.</summary>
    /// <remarks>Decided: a pipe is written as a file. Because: the console's stream says nothing when who reads the
    /// pipe goes away. Instead of: that stream, which a file has, since it writes where the shell left off.</remarks>
    internal static Stream Open()
    {
        if (!OperatingSystem.IsLinux())
        {
            return Console.OpenStandardOutput();
        }

        var file = new FileStream(Handle, FileAccess.Write, bufferSize: 0);
        if (!file.CanSeek)
        {
            return file;
        }

        file.Dispose();
        return Console.OpenStandardOutput();
    }

    /// <summary>Whether nobody reads it any more.</summary>
    internal static bool IsBrokenPipe(IOException failure) => failure.HResult == PipeBroken;
}
