using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Kcopyd.Core.Mirrors;
using Kcopyd.Devices;

namespace Kcopyd.Cli.Serving;

/// <summary>The order of its legs that a mirror is to be started with next time, where that is not the configured one.
/// </summary>
/// <remarks>
/// Decided: a file named for the configured log and legs in their order. Because: who puts another leg first says which
/// one to believe, and what was saved before must not count; who changes only a feature says nothing of that. Instead
/// of: writing into the operator's own file.
/// </remarks>
internal sealed class MirrorTableFile(string directory, MirrorTable configured)
{
    private const string Suffix = ".table";
    private const int NameBytes = 12;

    private readonly string _path = Path.Combine(directory, NameOf(configured));

    /// <summary>The table to start with.</summary>
    /// <exception cref="RefusedException">There is one, and it cannot be read or is no such table: nobody knows which
    /// leg to believe.</exception>
    internal MirrorTable Load()
    {
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
            ? ByItsLog(saved.Legs)
            : throw new RefusedException(
                $"{_path}, which says the order of the legs of '{configured}', has another table; once it is known "
                + "which leg is good, put that one first in the configuration and remove the file");
    }

    /// <summary>What was saved for another order of the same legs counts no more, once the mirror runs with this one.
    /// What cannot be looked at is nobody's.</summary>
    internal void ForgetOthers()
    {
        if (!Directory.Exists(directory))
        {
            return;
        }

        foreach (var other in Directory.EnumerateFiles(directory, $"*{Suffix}").Where(path => path != _path))
        {
            try
            {
                if (Parse(File.ReadAllText(other)) is { } saved && IsOfSameDevices(saved))
                {
                    File.Delete(other);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // As the summary says.
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

    private static string NameOf(MirrorTable table)
    {
        var log = table.Log;
        var legs = string.Join(' ', table.Legs.Select(static leg => $"{leg.Device} {leg.Offset}"));
        var words = $"{table.Length} {log.Kind} {log.Device} {log.Name} {log.RegionSize} {legs}";
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(words));
        return Convert.ToHexStringLower(hash.AsSpan(0, NameBytes)) + Suffix;
    }

    /// <summary>The configured mirror with its legs in this order. They are not equal: <c>nosync</c> was true before
    /// one of them failed, and what the log does not call clean is to be copied.</summary>
    private MirrorTable ByItsLog(ImmutableArray<MirrorLegSpec> legs)
    {
        var log = configured.Log;
        if (log.Sync == MirrorSync.NoSync)
        {
            log = log.Kind switch
            {
                MirrorLogKind.Disk => MirrorLogSpec.Disk(log.Device!, log.RegionSize),
                MirrorLogKind.Journal => MirrorLogSpec.Journal(log.Name!, log.RegionSize),
                _ => MirrorLogSpec.Core(log.RegionSize),
            };
        }

        return new MirrorTable(configured.Start, configured.Length, log, legs, configured.Features);
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
