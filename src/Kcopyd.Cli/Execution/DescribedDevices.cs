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
        var described = source is null
            ? null
            : await opener.DescribeAsync(source, cancellationToken).ConfigureAwait(false);
        var all = ImmutableArray.CreateBuilder<BlockDeviceDescription>(targets.Length);
        foreach (var target in targets)
        {
            all.Add(await opener.DescribeAsync(target, cancellationToken).ConfigureAwait(false));
        }

        var found = new DescribedDevices(described, all.MoveToImmutable());
        if (journal is not null)
        {
            await JournalOverlap.RefuseStorageAsync(opener, journal, found.Targets, cancellationToken)
                .ConfigureAwait(false);
        }

        return found;
    }
}
