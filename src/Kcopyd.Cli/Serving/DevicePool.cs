using Kcopyd.Devices;

namespace Kcopyd.Cli.Serving;

/// <summary>The devices underneath, each opened once, whoever uses it, and the served ones that others are made of.
/// </summary>
/// <remarks>One call at a time.</remarks>
internal sealed class DevicePool(IBlockDeviceOpener opener)
{
    private readonly Dictionary<string, Entry> _open = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IBlockDevice> _served = new(StringComparer.Ordinal);
    private HashSet<string> _names = [];

    /// <summary>From now on these names are those of served devices, whether they run or not: whatever else has one is
    /// not meant.</summary>
    internal void Know(IEnumerable<string> names) => _names = names.ToHashSet(StringComparer.Ordinal);

    /// <summary>Lets others be made of a served device.</summary>
    internal void Lend(ServedDevice device) => _served[device.Name] = device.Device;

    /// <summary>Nobody is made of it any more.</summary>
    internal void Withdraw(ServedDevice device) => _served.Remove(device.Name);

    /// <summary>The device of a use, to be given back with <see cref="ReturnAsync"/>.</summary>
    /// <exception cref="DeviceException">It cannot be opened.</exception>
    /// <exception cref="RefusedException">It is a served one, which does not run.</exception>
    internal async Task<IBlockDevice> TakeAsync(DeviceUse use, CancellationToken cancellationToken)
    {
        if (use.Name is { } name && _names.Contains(name))
        {
            return _served.GetValueOrDefault(name)
                ?? throw new RefusedException($"{name}, which it is made of, does not run");
        }

        if (!_open.TryGetValue(use.Device, out var entry))
        {
            var options = new BlockDeviceOpenOptions { Access = use.Access };
            entry = new Entry(
                await opener.OpenAsync(use.Device, options, cancellationToken).ConfigureAwait(false), use.Access);
            _open.Add(use.Device, entry);
        }
        else if (entry.Access < use.Access)
        {
            throw new DeviceException(
                use.Device, DeviceOperation.Open, DeviceErrorKind.Busy, "it is being served for reading only");
        }

        entry.Users++;
        return entry.Device;
    }

    /// <summary>Closes it when nobody uses it any more.</summary>
    internal async ValueTask ReturnAsync(DeviceUse use)
    {
        if (_open.TryGetValue(use.Device, out var entry) && --entry.Users == 0)
        {
            _open.Remove(use.Device);
            await entry.Device.DisposeAsync().ConfigureAwait(false);
        }
    }

    private sealed class Entry(IBlockDevice device, BlockDeviceAccess access)
    {
        internal IBlockDevice Device => device;

        internal BlockDeviceAccess Access => access;

        internal int Users { get; set; }
    }
}
