using System.Collections.Immutable;
using Kcopyd.Cli.Planning;
using Kcopyd.Cli.Requests;
using Kcopyd.Devices;

namespace Kcopyd.Cli.Execution;

/// <summary>The devices of a job as they are, before any is opened.</summary>
/// <param name="Source">Null for zeros.</param>
/// <param name="Targets">In the order of the job.</param>
internal sealed record DescribedDevices(
    BlockDeviceDescription? Source, ImmutableArray<BlockDeviceDescription> Targets)
{
    /// <summary>Looks at them.</summary>
    /// <param name="opener">What knows their URIs.</param>
    /// <param name="source">Null for zeros.</param>
    /// <param name="targets">In the order of the job.</param>
    /// <param name="journal">What must be none of the targets; null where there is no journal.</param>
    /// <param name="cancellationToken">Ends the looking.</param>
    /// <exception cref="DeviceException">One cannot be looked at.</exception>
    /// <exception cref="RefusedException">A target is the journal.</exception>
    internal static async Task<DescribedDevices> OfAsync(
        IBlockDeviceOpener opener,
        string? source,
        ImmutableArray<string> targets,
        JournalPlace? journal,
        CancellationToken cancellationToken)
    {
        // Side by side: a server far away takes its time. Each once: a server may take one client.
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        string[] uris = [.. targets.Prepend(source).OfType<string>().Distinct()];
        var described = await Task.WhenAll(uris.Select(uri => DescribeAsync(opener, uri, end))).ConfigureAwait(false);
        var byUri = uris.Zip(described).ToDictionary(static pair => pair.First, static pair => pair.Second);
        var found = new DescribedDevices(
            source is null ? null : byUri[source], [.. targets.Select(target => byUri[target])]);
        if (journal is not null)
        {
            await JournalOverlap.RefuseStorageAsync(opener, journal, found.Targets, cancellationToken)
                .ConfigureAwait(false);
        }

        return found;
    }

    /// <summary>Looks at one; where that fails, nobody waits for the others.</summary>
    private static async Task<BlockDeviceDescription> DescribeAsync(
        IBlockDeviceOpener opener, string uri, CancellationTokenSource all)
    {
        try
        {
            return await opener.DescribeAsync(uri, all.Token).ConfigureAwait(false);
        }
        catch
        {
            await all.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }
}
