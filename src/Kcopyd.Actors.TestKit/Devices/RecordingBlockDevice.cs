using Kcopyd.Devices;

namespace Kcopyd.Actors.TestKit.Devices;

/// <summary>A device that writes down every request in a log, which several devices may share.</summary>
public sealed class RecordingBlockDevice : InterceptingBlockDevice
{
    private readonly string _name;

    /// <summary>A device with a log of its own, in which it has its URI as name.</summary>
    public RecordingBlockDevice(IBlockDevice inner)
        : this(inner, new DeviceLog(), inner?.Identity.Uri ?? string.Empty)
    {
    }

    /// <summary>A device that writes to <paramref name="log"/> as <paramref name="name"/>.</summary>
    public RecordingBlockDevice(IBlockDevice inner, DeviceLog log, string name)
        : base(inner)
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(name);
        Log = log;
        _name = name;
    }

    /// <summary>Where it writes.</summary>
    public DeviceLog Log { get; }

    /// <inheritdoc/>
    protected override async ValueTask InterceptAsync(
        DeviceRequest request, Func<CancellationToken, ValueTask> perform, CancellationToken cancellationToken)
    {
        var begun = Log.Append(new DeviceLogEntry(0, _name, DeviceLogPhase.Begun, request));
        var ended = begun with { BegunAt = begun.Sequence };
        try
        {
            await perform(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            Log.Append(ended with { Phase = DeviceLogPhase.Failed, Failure = failure });
            throw;
        }

        Log.Append(ended with { Phase = DeviceLogPhase.Completed });
    }
}
