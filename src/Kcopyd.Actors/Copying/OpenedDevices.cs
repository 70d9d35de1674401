using System.Collections.Immutable;
using Kcopyd.Actors.Journaling;
using Kcopyd.Core;
using Kcopyd.Core.Copying;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Copying;

/// <summary>The devices of a <see cref="SubmitCopy"/>, which this owns, or why they could not be opened.</summary>
internal sealed class OpenedDevices : IAsyncDisposable
{
    // One device for each storage: what is opened for writing cannot be opened again.
    private readonly Dictionary<string, IBlockDevice> _devices = [];

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
                    submit.Targets.IsDefaultOrEmpty ? "" : submit.Targets[0].Uri,
                    DeviceOperation.Open,
                    DeviceErrorKind.NotSupported,
                    "this client opens no devices")
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
        foreach (var device in _devices.Values)
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
#pragma warning disable CA1031 // The job is over: a device that does not close changes nothing any more.
        catch (Exception)
#pragma warning restore CA1031
        {
            // The other devices are closed all the same.
        }
    }

    private static async Task<string> KeyAsync(
        IBlockDeviceOpener opener, SubmitRegion region, CancellationToken cancellationToken)
    {
        var description = await opener.DescribeAsync(region.Uri, cancellationToken).ConfigureAwait(false);
        return description.Storage.Count == 0 ? region.Uri : string.Join(';', description.Storage);
    }

    private async Task<CopyRequest> OpenRegionsAsync(
        IBlockDeviceOpener opener, SubmitCopy submit, CancellationToken cancellationToken)
    {
        var reading = new BlockDeviceOpenOptions { Direct = submit.Direct };
        var writing = submit.Kind == CopyJobKind.Verify
            ? reading
            : reading with { Access = BlockDeviceAccess.ReadWrite };

        // Targets first: a source on the same storage shares the device, which then can do both.
        var opened = ImmutableArray.CreateBuilder<IBlockDevice>();
        foreach (var target in submit.Targets.IsDefault ? [] : submit.Targets)
        {
            opened.Add(await OpenAsync(opener, target, writing, cancellationToken).ConfigureAwait(false));
        }

        var source = submit.Source is { } region
            ? Region(await OpenAsync(opener, region, reading, cancellationToken).ConfigureAwait(false), region, null)
            : null;
        var targets = opened.Select((device, index) => Region(device, submit.Targets[index], source?.Range.Count));
        return new CopyRequest(submit.Kind, source, [.. targets], submit.Options)
        {
            Name = submit.Name,
            Journaling = submit.Policy is { } policy
                ? new JobJournaling { Policy = policy, Direct = submit.Direct }
                : null,
        };
    }

    private async Task<IBlockDevice> OpenAsync(
        IBlockDeviceOpener opener,
        SubmitRegion region,
        BlockDeviceOpenOptions options,
        CancellationToken cancellationToken)
    {
        var key = await KeyAsync(opener, region, cancellationToken).ConfigureAwait(false);
        if (!_devices.TryGetValue(key, out var device))
        {
            device = await opener.OpenAsync(region.Uri, options, cancellationToken).ConfigureAwait(false);
            _devices.Add(key, device);
        }

        return device;
    }

    private static IoRegion Region(IBlockDevice device, SubmitRegion region, long? count)
    {
        var rest = Math.Max(0, device.Geometry.LengthSectors - region.FirstSector);
        return new IoRegion(device, SectorRange.Create(region.FirstSector, region.SectorCount ?? count ?? rest));
    }
}
