using System.Collections.Immutable;
using Kcopyd.Actors.Mirrors;
using Kcopyd.Cli.Reporting;
using Kcopyd.Cli.Requests;
using Kcopyd.Core.Paging;
using Kcopyd.Devices;

namespace Kcopyd.Cli.Execution;

/// <summary>The devices of a mirror. What was created for it goes again, while it is still locked, unless
/// <see cref="Keep"/> was called.</summary>
internal sealed class MirrorDevices : IAsyncDisposable
{
    private readonly List<IBlockDevice> _opened = [];
    private readonly Stack<RegularFileBlockDevice> _created = new();
    private readonly MirrorOrder _order;

    private MirrorDevices(MirrorOrder order) => _order = order;

    /// <summary>As the library takes them.</summary>
    internal MirrorParts Parts
    {
        get
        {
            var legs = _order.Table.Legs.Length;
            return new MirrorParts([.. _opened.Take(legs)], Log, AreOwned: false);
        }
    }

    /// <summary>The log; null for a core log.</summary>
    internal IBlockDevice? Log => _order.HasDiskLog ? _opened[^1] : null;

    /// <summary>Opens those that exist, then creates those that do not. Nothing stays when it fails.</summary>
    /// <param name="opener">What opens them.</param>
    /// <param name="order">The mirror.</param>
    /// <param name="described">Its devices as they are.</param>
    /// <param name="access">Reading never creates one.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="DeviceException">One refused.</exception>
    internal static async Task<MirrorDevices> OpenAsync(
        IBlockDeviceOpener opener,
        MirrorOrder order,
        ImmutableArray<BlockDeviceDescription> described,
        BlockDeviceAccess access,
        CancellationToken cancellationToken)
    {
        var devices = new MirrorDevices(order);
        try
        {
            await devices.OpenAsync(opener, described, access, cancellationToken).ConfigureAwait(false);
            return devices;
        }
        catch
        {
            await devices.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>What was created stays.</summary>
    internal void Keep() => _created.Clear();

    public async ValueTask DisposeAsync()
    {
        while (_created.TryPop(out var file))
        {
            await TryAsync(
                $"{file.Identity.Uri} stays as it was created", () => file.RemoveAsync(CancellationToken.None))
                .ConfigureAwait(false);
        }

        foreach (var device in _opened)
        {
            await TryAsync($"{device.Identity.Uri} was not closed well", device.DisposeAsync).ConfigureAwait(false);
        }
    }

    private async Task OpenAsync(
        IBlockDeviceOpener opener,
        ImmutableArray<BlockDeviceDescription> described,
        BlockDeviceAccess access,
        CancellationToken cancellationToken)
    {
        var found = new IBlockDevice?[described.Length];
        try
        {
            foreach (var i in Enumerable.Range(0, described.Length).OrderByDescending(i => described[i].Exists))
            {
                long? length = described[i].Exists ? null : LengthOf(i);
                found[i] = await OpenAsync(opener, described[i].Uri, access, length, cancellationToken)
                    .ConfigureAwait(false);
            }
        }
        finally
        {
            _opened.AddRange(found.OfType<IBlockDevice>());
        }
    }

    private async Task<IBlockDevice> OpenAsync(
        IBlockDeviceOpener opener,
        string uri,
        BlockDeviceAccess access,
        long? length,
        CancellationToken cancellationToken)
    {
        var device = await opener.OpenAsync(
            uri,
            new BlockDeviceOpenOptions
            {
                Access = access,
                CreateLengthBytes = length,
                MustCreate = length is not null,
            },
            cancellationToken).ConfigureAwait(false);
        if (length is not null && device is RegularFileBlockDevice file)
        {
            _created.Push(file);
        }

        return device;
    }

    /// <summary>A new log file is whole pages, so that it can be attached to any loop device.</summary>
    private long LengthOf(int device) => device < _order.Table.Legs.Length
        ? _order.SizeBytes!.Value
        : DirtyLogDevice.SizeOf(_order.Table, PageBudget.PageSize);

    private static async Task TryAsync(string otherwise, Func<ValueTask> step)
    {
        try
        {
            await step().ConfigureAwait(false);
        }
        catch (Exception e) when (e is DeviceException or IOException or UnauthorizedAccessException)
        {
            Speech.Complain($"{otherwise}: {e.Message.TrimEnd('.')}");
        }
    }
}
