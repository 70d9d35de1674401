using System.Runtime.InteropServices;

namespace Kcopyd.Devices;

/// <summary>A small file that survives a crash: as a whole, the old one or the new one.</summary>
public static class DurableFile
{
    private const string Fresh = ".new";

    private const UnixFileMode Owners = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Puts a file in the place of another. On return the new one is durable; after a failure or a
    /// crash before that there is the old one or the new one, as a whole. One call at a time for a path.</summary>
    /// <param name="path">Where it is; its directory is there.</param>
    /// <param name="content">All of it.</param>
    /// <param name="cancellationToken">Stops it before the new one is in its place.</param>
    /// <exception cref="IOException">It cannot be written, or not be made durable.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static async Task ReplaceAsync(
        string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var fresh = path + Fresh;
        var options = new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            Share = FileShare.None,
            Options = FileOptions.Asynchronous,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = Owners;
        }

        var file = new FileStream(fresh, options);
        await using (file.ConfigureAwait(false))
        {
            await file.WriteAsync(content, cancellationToken).ConfigureAwait(false);
            await file.FlushAsync(cancellationToken).ConfigureAwait(false);
            RandomAccess.FlushToDisk(file.SafeFileHandle);
        }

        cancellationToken.ThrowIfCancellationRequested();
        File.Move(fresh, path, overwrite: true);
        FlushDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    /// <summary>The name of a file is part of its directory, which is made durable by itself.</summary>
    private static void FlushDirectory(string directory)
    {
        if (!LinuxCalls.Available)
        {
            return;
        }

        using var opened = LinuxCalls.Open(directory, LinuxCalls.OpenReadOnly | LinuxCalls.OpenCloseOnExec, 0);
        if (!opened.IsInvalid && LinuxCalls.Sync(opened) == 0)
        {
            return;
        }

        // Some file systems have no such call for directories, and need none.
        var errno = Marshal.GetLastPInvokeError();
        if (opened.IsInvalid || !SystemErrors.MeansUnsupported(errno))
        {
            throw new IOException($"{directory} cannot be made durable: {SystemErrors.Text(errno)}");
        }
    }
}
