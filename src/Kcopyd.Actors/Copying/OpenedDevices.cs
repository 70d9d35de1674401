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
                    submit.Targets.FirstOrDefault()?.Uri ?? "", DeviceOperation.Open, DeviceErrorKind.NotSupported, "this client opens no devices")
                : await opened.OpenRegionsAsync(opener, submit, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is DeviceException or ArgumentException or OperationCanceledException)
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
            await device.DisposeAsync().ConfigureAwait(false);
        }

        _devices.Clear();
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
        foreach (var target in submit.Targets)
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
