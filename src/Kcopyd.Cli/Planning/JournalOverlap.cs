using System.Collections.Immutable;
using Kcopyd.Cli.Requests;
using Kcopyd.Devices;

namespace Kcopyd.Cli.Planning;

/// <summary>Refuses to write over the journal that the job is to be in, whatever name it is called by.</summary>
internal static class JournalOverlap
{
    /// <summary>What SQLite has beside its file.</summary>
    private static readonly ImmutableArray<string> Suffixes = ["", "-wal", "-shm", "-journal"];

    /// <summary>Refuses a target that has the name of the journal, of a file beside it, or of a lock file. Comes before
    /// the journal is made.</summary>
    /// <exception cref="RefusedException">One has.</exception>
    internal static void RefuseNames(JournalPlace place, IEnumerable<string> targets)
    {
        foreach (var uri in targets)
        {
            var path = RealPath.Of(DevicePath.Of(uri));
            if (FilesOf(place).Contains(path))
            {
                throw IsJournal(uri);
            }

            if (path.StartsWith($"{place.LockDirectory}/", StringComparison.Ordinal))
            {
                throw new RefusedException($"the target {uri} is where running jobs have their lock files");
            }
        }
    }

    /// <summary>Refuses a target that has the bytes of the journal, or of the file system that it is on.</summary>
    /// <exception cref="RefusedException">One has.</exception>
    internal static async Task RefuseStorageAsync(
        IBlockDeviceOpener opener,
        JournalPlace place,
        ImmutableArray<BlockDeviceDescription> targets,
        CancellationToken cancellationToken)
    {
        foreach (var file in FilesOf(place))
        {
            var described = await DeviceRefusals
                .TryDescribeAsync(opener, file, cancellationToken).ConfigureAwait(false);
            if (Sharing(described, targets) is { } same)
            {
                throw IsJournal(same);
            }
        }

        // The kernel refuses a device that is mounted; not the file behind one.
        var disk = MountTable.DeviceOf(place.LockDirectory) is { } device
            ? await DeviceRefusals.TryDescribeAsync(opener, device, cancellationToken).ConfigureAwait(false)
            : null;
        if (Sharing(disk, targets) is { } below)
        {
            throw new RefusedException(
                $"the journal {place.Name} is on the target {below}: --journal has another place");
        }
    }

    private static IEnumerable<string> FilesOf(JournalPlace place) =>
        place.IsPostgres ? [] : Suffixes.Select(suffix => place.Target + suffix);

    private static string? Sharing(BlockDeviceDescription? file, ImmutableArray<BlockDeviceDescription> targets) =>
        targets.FirstOrDefault(target => target.Storage.Any(one => file?.Storage.Any(one.Overlaps) == true))?.Uri;

    private static RefusedException IsJournal(string uri) =>
        new($"the target {uri} is the journal that this job would be in");
}
