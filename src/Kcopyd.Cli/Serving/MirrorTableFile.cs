using System.Security.Cryptography;
using System.Text;
using Kcopyd.Core.Mirrors;
using Kcopyd.Devices;

namespace Kcopyd.Cli.Serving;

/// <summary>The table that a mirror is to be started with next time, where that is not the configured one.</summary>
/// <remarks>
/// Decided: a file named for the configured table. Because: a table that the operator changes is another mirror, and
/// what was saved for the old one must not count for it. Instead of: writing into the operator's own file.
/// </remarks>
internal sealed class MirrorTableFile(string directory, MirrorTable configured)
{
    private const int NameBytes = 12;

    private readonly string _path = Path.Combine(
        directory,
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(configured.ToTableLine())).AsSpan(0, NameBytes))
            + ".table");

    /// <summary>The table to start with.</summary>
    /// <exception cref="RefusedException">There is one, and it cannot be read or is no such table: nobody knows which
    /// leg to believe.</exception>
    internal MirrorTable Load()
    {
        ForgetOthers();
        string line;
        try
        {
            line = File.ReadAllText(_path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return configured;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RefusedException($"{_path}, which says the order of the legs, cannot be read: {e.Message}");
        }

        return Parse(line) is { } saved && IsOfSameDevices(saved)
            ? ByItsLog(saved)
            : throw new RefusedException(
                $"{_path}, which says the order of the legs of '{configured}', has another table; once it is known "
                + "which leg is good, put that one first in the configuration and remove the file");
    }

    /// <summary>What was saved for another order of the same legs counts no more: the operator has decided
    /// since.</summary>
    private void ForgetOthers()
    {
        if (!Directory.Exists(directory))
        {
            return;
        }

        foreach (var other in Directory.EnumerateFiles(directory, "*.table").Where(path => path != _path))
        {
            if (Parse(File.ReadAllText(other)) is { } saved && IsOfSameDevices(saved))
            {
                File.Delete(other);
            }
        }
    }

    /// <summary>Keeps a table. On return that is durable.</summary>
    /// <exception cref="IOException">It cannot be kept.</exception>
    internal async Task SaveAsync(MirrorTable table)
    {
        Directory.CreateDirectory(directory);
        var line = Encoding.UTF8.GetBytes($"{table.ToTableLine()}\n");
        await DurableFile.ReplaceAsync(_path, line).ConfigureAwait(false);
    }

    /// <summary>The legs are not equal: <c>nosync</c> was true before one of them failed, and what the log does not
    /// call clean is to be copied.</summary>
    private static MirrorTable ByItsLog(MirrorTable saved)
    {
        var log = saved.Log.Kind switch
        {
            MirrorLogKind.Disk => MirrorLogSpec.Disk(saved.Log.Device!, saved.Log.RegionSize),
            MirrorLogKind.Journal => MirrorLogSpec.Journal(saved.Log.Name!, saved.Log.RegionSize),
            _ => MirrorLogSpec.Core(saved.Log.RegionSize),
        };
        return saved.Log.Sync == MirrorSync.NoSync
            ? new MirrorTable(saved.Start, saved.Length, log, saved.Legs, saved.Features)
            : saved;
    }

    private static MirrorTable? Parse(string line)
    {
        try
        {
            return MirrorTable.Parse(line);
        }
        catch (MirrorTableException)
        {
            return null;
        }
    }

    private bool IsOfSameDevices(MirrorTable saved) =>
        saved.Length == configured.Length
        && (saved.Log.Kind, saved.Log.Device, saved.Log.Name, saved.Log.RegionSize)
            == (configured.Log.Kind, configured.Log.Device, configured.Log.Name, configured.Log.RegionSize)
        && saved.Legs.ToHashSet().SetEquals(configured.Legs);
}
