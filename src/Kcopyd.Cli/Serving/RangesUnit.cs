using System.Collections.Immutable;
using Kcopyd.Cli.Reporting;
using Kcopyd.Core;
using Kcopyd.Devices;

namespace Kcopyd.Cli.Serving;

/// <summary>A whole device, or ranges of devices one behind the other.</summary>
internal sealed class RangesUnit(ServedSpec spec, DevicePool pool) : ServedUnit(spec, pool)
{
    private ImmutableArray<ServedDevice> _devices = [];
    private LinearBlockDevice? _linear;

    internal override IReadOnlyList<ServedDevice> Devices => _devices;

    internal override async Task StartAsync(CancellationToken cancellationToken)
    {
        var parts = ImmutableArray.CreateBuilder<IBlockDevice>();
        foreach (var use in Spec.Uses)
        {
            parts.Add(await TakeAsync(use, cancellationToken).ConfigureAwait(false));
        }

        var name = Spec.Names.First();
        var device = Spec is ServedSpec.Linear ? Join(name, parts.ToImmutable()) : parts[0];
        _devices = [new ServedDevice(name, device, _ => Task.FromResult(Report(name, device)))];
    }

    private protected override ValueTask CloseAsync()
    {
        _devices = [];
        return _linear?.DisposeAsync() ?? default;
    }

    private LinearBlockDevice Join(string name, ImmutableArray<IBlockDevice> devices)
    {
        var regions = Spec.Uses
            .Zip(devices, static (use, device) => new IoRegion(device, use.Range!.Value))
            .ToArray();
        for (var i = 0; i < regions.Length; i++)
        {
            RefuseBeyond(Spec.Uses[i], regions[i]);
        }

        var joined = LinearBlockDevice.Create(name, regions, ownsDevices: false);
        _linear = joined;
        return joined;
    }

    private static void RefuseBeyond(DeviceUse use, IoRegion region)
    {
        var sectors = region.Device.Geometry.LengthBytes / Sectors.Size;
        if (region.Range.End > sectors)
        {
            throw new RefusedException(
                $"it needs the sectors {region.Range.Start} to {region.Range.End - 1} of {use.Word}, which has "
                + $"{sectors}");
        }
    }

    private ServedDeviceReport Report(string name, IBlockDevice device) =>
        Spec is ServedSpec.Linear { Table: var table }
            ? new ServedDeviceReport(
                name, [.. table.Lines], [.. table.Parts.Select(static part => part.ToStatusLine())])
            : WholeReport(name, Spec.Uses[0].Word, device);

    /// <summary>As the line that it would be.</summary>
    private static ServedDeviceReport WholeReport(string name, string uri, IBlockDevice device)
    {
        var sectors = Sectors.FromBytes(device.Geometry.LengthBytes);
        return new ServedDeviceReport(name, [$"0 {sectors} linear {uri} 0"], [$"0 {sectors} linear"]);
    }
}
