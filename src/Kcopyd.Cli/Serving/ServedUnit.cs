using Kcopyd.Devices;

namespace Kcopyd.Cli.Serving;

/// <summary>Something that runs and gives devices. One call at a time.</summary>
internal abstract class ServedUnit(ServedSpec spec, DevicePool pool)
{
    private readonly List<(DeviceUse Use, IBlockDevice Device)> _taken = [];

    /// <summary>What it is.</summary>
    internal ServedSpec Spec { get; private protected set; } = spec;

    /// <summary>The devices that it gives.</summary>
    internal abstract IReadOnlyList<ServedDevice> Devices { get; }

    /// <summary>Begins.</summary>
    /// <exception cref="DeviceException">A device cannot be opened, or does not fit.</exception>
    /// <exception cref="Exception">Of the kind of device: its log or store cannot be used. Whatever it is, what was
    /// taken is given back by <see cref="StopAsync"/>.</exception>
    internal abstract Task StartAsync(CancellationToken cancellationToken);

    /// <summary>The names of its devices that a change would end, or put another one in the place of.</summary>
    internal virtual IEnumerable<string> LostBy(ServedSpec spec) => [];

    /// <summary>Becomes what another spec of the same key and identity says, as far as that can be had.</summary>
    /// <returns>What cannot.</returns>
    internal virtual Task<IReadOnlyList<ServeFailure>> ChangeAsync(ServedSpec spec, CancellationToken cancellationToken)
    {
        Spec = spec;
        return Task.FromResult<IReadOnlyList<ServeFailure>>([]);
    }

    /// <summary>Ends, also what has not begun, and gives back what it took.</summary>
    internal async ValueTask StopAsync()
    {
        try
        {
            await CloseAsync().ConfigureAwait(false);
        }
        finally
        {
            foreach (var (use, _) in _taken)
            {
                await pool.ReturnAsync(use).ConfigureAwait(false);
            }

            _taken.Clear();
        }
    }

    /// <summary>Ends what runs.</summary>
    private protected abstract ValueTask CloseAsync();

    /// <summary>Takes a device that it needs.</summary>
    private protected async Task<IBlockDevice> TakeAsync(DeviceUse use, CancellationToken cancellationToken)
    {
        var device = await pool.TakeAsync(use, cancellationToken).ConfigureAwait(false);
        _taken.Add((use, device));
        return device;
    }

    /// <summary>A device that was taken.</summary>
    private protected IBlockDevice Taken(DeviceUse use) => _taken.Find(taken => taken.Use.Device == use.Device).Device;

    /// <summary>Gives one back before the end.</summary>
    private protected async ValueTask ReturnAsync(DeviceUse use)
    {
        _taken.RemoveAt(_taken.FindIndex(taken => taken.Use.Device == use.Device));
        await pool.ReturnAsync(use).ConfigureAwait(false);
    }
}
