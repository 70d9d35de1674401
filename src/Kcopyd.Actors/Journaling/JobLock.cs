using System.Text;
using Kcopyd.Core.Copying;
using Microsoft.Win32.SafeHandles;

namespace Kcopyd.Actors.Journaling;

/// <summary>The right to run a job, for one process of this machine at a time. Ends when it is disposed, and with the
/// process, however that ends.</summary>
/// <remarks>
/// A file for each job, locked as a whole and holding the process and the machine in words, for people. Who forgets a
/// job removes the file while holding the lock; whoever then gets the lock of a file that no name leads to tries
/// again, so there are never two owners.
/// </remarks>
internal sealed class JobLock : IDisposable
{
    private const string Unknown = "another process";

    private readonly SafeFileHandle _file;
    private readonly string _path;
    private bool _isReleased;

    private JobLock(SafeFileHandle file, string path)
    {
        _file = file;
        _path = path;
    }

    private static readonly string Machine = $"{Environment.MachineName} {MachineId()}";

    /// <summary>This process in words.</summary>
    public static string Self { get; } = $"process {Environment.ProcessId} on {Environment.MachineName}";

    /// <summary>Which locks those of a directory are: processes with the same keep each other out. Empty for
    /// none.</summary>
    public static string IdOf(string? directory) =>
        directory is null ? string.Empty : $"{Machine} {RealPath(Path.GetFullPath(directory))}";

    /// <summary>Whether the locks of a directory tell if a run still goes on.</summary>
    public static bool Covers(string? directory, JobEvent.RunStarted run) =>
        directory is not null && run.LockId == IdOf(directory);

    /// <summary>Takes the lock of a job, or says who has it.</summary>
    /// <param name="directory">Where the lock files are; made if it is not there.</param>
    /// <param name="job">The job.</param>
    /// <param name="holder">Who has it, in words; empty when it was taken.</param>
    /// <returns>The lock; null if another has it.</returns>
    /// <exception cref="JournalException">The file cannot be made or locked.</exception>
    public static JobLock? TryAcquire(string directory, CopyJobId job, out string holder)
    {
        var path = PathOf(directory, job);
        try
        {
            Make(directory);
            return TryAcquire(path, out holder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unusable(path, e);
        }
    }

    /// <summary>Whether anybody has the lock of a job. Disturbs nobody who wants it.</summary>
    /// <exception cref="JournalException">The file cannot be looked at.</exception>
    public static bool IsHeld(string directory, CopyJobId job)
    {
        var path = PathOf(directory, job);
        try
        {
            return FileLock.IsHeld(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unusable(path, e);
        }
    }

    /// <summary>Removes the file, for a job that is no more, and gives the lock up.</summary>
    public void Forget()
    {
        File.Delete(_path);
        Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_isReleased)
        {
            _isReleased = true;
            try
            {
                RandomAccess.SetLength(_file, 0);
            }
            finally
            {
                FileLock.Release(_file);
            }
        }
    }

    private static JobLock? TryAcquire(string path, out string holder)
    {
        while (true)
        {
            var file = FileLock.TryTake(path);
            if (file is null)
            {
                holder = HolderOf(path);
                return null;
            }

            if (TrySign(file))
            {
                holder = string.Empty;
                return new JobLock(file, path);
            }

            // Forgotten between open and lock: the name leads to another file now, or to none.
            FileLock.Release(file);
        }
    }

    /// <summary>Writes into a locked file who has it.</summary>
    /// <returns>False if no name leads to the file any more.</returns>
    private static bool TrySign(SafeFileHandle file)
    {
        try
        {
            if (!FileLock.IsNamed(file))
            {
                return false;
            }

            RandomAccess.SetLength(file, 0);
            RandomAccess.Write(file, Encoding.UTF8.GetBytes(Self + "\n"), 0);
            return true;
        }
        catch
        {
            FileLock.Release(file);
            throw;
        }
    }

    /// <summary>Only who runs jobs has to see that they run.</summary>
    private static void Make(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(directory);
        }
        else
        {
            Directory.CreateDirectory(
                directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private static string MachineId()
    {
        try
        {
            return File.ReadAllText("/etc/machine-id").Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return string.Empty;
        }
    }

    /// <summary>A full path without links in it, as far as it is there.</summary>
    private static string RealPath(string path)
    {
        if (Path.GetDirectoryName(path) is not { } parent)
        {
            return path;
        }

        var here = Path.Combine(RealPath(parent), Path.GetFileName(path));
        var link = Directory.Exists(here) ? new DirectoryInfo(here).ResolveLinkTarget(returnFinalTarget: true) : null;
        return link is null ? here : RealPath(link.FullName);
    }

    private static string HolderOf(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim() is { Length: > 0 } text ? text : Unknown;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Unknown;
        }
    }

    private static string PathOf(string directory, CopyJobId job) => Path.Combine(directory, job.Value + ".lock");

    private static JournalException Unusable(string path, Exception cause) =>
        new($"The lock file {path} cannot be used: {cause.Message}", cause);
}
