using System.Collections.Immutable;
using Kcopyd.Core;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Copying;

/// <summary>The devices of a <see cref="SubmitCopy"/>, which this owns, or why they could not be opened.</summary>
internal sealed class OpenedDevices : IAsyncDisposable
{
    private readonly List<IBlockDevice> _devices = [];

    /// <summary>The request on the open devices; null if they could not be opened.</summary>
    public CopyRequest? Request { get; private set; }

    /// <summary>Why they could not be opened.</summary>
    public CopyRejection? Rejection { get; private set; }

    /// <summary>Opens all devices, or none.</summary>
    public static async Task<OpenedDevices> OpenAsync(
        IBlockDeviceOpener? opener, SubmitCopy submit, CancellationToken cancellationToken)
    {
        var opened = new OpenedDevices();
        try
        {
            opened.Request = opener is null
                ? throw new DeviceException(
                    submit.Targets.IsDefaultOrEmpty ? "" : submit.Targets[0].Uri, DeviceOperation.Open, DeviceErrorKind.NotSupported, "this client opens no devices")
                : await opened.OpenRegionsAsync(opener, submit, cancellationToken).ConfigureAwait(false);

            // An opener need not look: what is opened for a client that is gone nobody would close.
            cancellationToken.ThrowIfCancellationRequested();
        }
#pragma warning disable CA1031 // An opener need not be ours: whatever it throws is the reason of a rejection.
        catch (Exception e)
#pragma warning restore CA1031
        {
            opened.Rejection = new CopyRejection(CopyRejectionKind.Device, e.Message);
            await opened.DisposeAsync().ConfigureAwait(false);
        }

        return opened;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var device in _devices)
        {
            await CloseAsync(device).ConfigureAwait(false);
        }

        _devices.Clear();
    }

    private static async Task CloseAsync(IBlockDevice device)
    {
        try
        {
            await device.DisposeAsync().ConfigureAwait(false);
        }
#pragma warning disable CA1031 // The job is over and what it wrote is known: a device that does not close changes nothing.
        catch (Exception)
#pragma warning restore CA1031
        {
            // The other devices are closed all the same.
        }
    }

    private async Task<CopyRequest> OpenRegionsAsync(
        IBlockDeviceOpener opener, SubmitCopy submit, CancellationToken cancellationToken)
    {
        var options = new BlockDeviceOpenOptions { Direct = submit.Direct };
        var source = submit.Source is { } region
            ? await OpenAsync(opener, region, options, null, cancellationToken).ConfigureAwait(false)
            : null;
        var writing = submit.Kind == Core.Copying.CopyJobKind.Verify
            ? options
            : options with { Access = BlockDeviceAccess.ReadWrite };
        var targets = ImmutableArray.CreateBuilder<IoRegion>();
        foreach (var target in submit.Targets.IsDefault ? [] : submit.Targets)
        {
            targets.Add(await OpenAsync(opener, target, writing, source?.Range.Count, cancellationToken).ConfigureAwait(false));
        }

        return new CopyRequest(submit.Kind, source, targets.DrainToImmutable(), submit.Options);
    }

    private async Task<IoRegion> OpenAsync(
        IBlockDeviceOpener opener,
        SubmitRegion region,
        BlockDeviceOpenOptions options,
        long? count,
        CancellationToken cancellationToken)
    {
        var device = await opener.OpenAsync(region.Uri, options, cancellationToken).ConfigureAwait(false);
        _devices.Add(device);
        var rest = Math.Max(0, device.Geometry.LengthSectors - region.FirstSector);
        return new IoRegion(device, SectorRange.Create(region.FirstSector, region.SectorCount ?? count ?? rest));
    }
}
