using Kcopyd.Devices;

namespace Kcopyd.Nbd.Serving;

/// <summary>The write epochs that the connections of one export rely on.</summary>
/// <remarks>
/// A flush of one connection covers what was answered on all of them. So one that begins while others are open relies
/// on the oldest epoch of those: writes of the same client may be older than it. Who is told of a loss relies on the
/// new epoch from there on; the others are told of it by their own next flush. Any thread may call.
/// </remarks>
internal sealed class ExportEpochs(IBlockDevice device)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<object, long> _epochs = [];

    public void Add(object connection)
    {
        lock (_gate)
        {
            _epochs.Add(connection, _epochs.Count > 0 ? _epochs.Values.Min() : device.WriteEpoch);
        }
    }

    public void Remove(object connection)
    {
        lock (_gate)
        {
            _epochs.Remove(connection);
        }
    }

    /// <summary>Makes durable what was answered before.</summary>
    /// <exception cref="DeviceException">Some of it may be lost; the next flush is about what comes from here
    /// on.</exception>
    /// <param name="connection">Whose flush it is.</param>
    /// <param name="tells">Whether a failure tells the client of the loss. Not where it asked for less than a flush: it
    /// would take the failure for one of that request alone.</param>
    public async ValueTask FlushAsync(object connection, bool tells)
    {
        long epoch;
        lock (_gate)
        {
            epoch = _epochs[connection];
        }

        try
        {
            await device.FlushAsync(epoch, CancellationToken.None).ConfigureAwait(false);
        }
        catch (DeviceException)
        {
            lock (_gate)
            {
                // Of two flushes at once the first that fails tells: the second may fail for what came after that.
                if (tells && _epochs[connection] == epoch)
                {
                    _epochs[connection] = device.WriteEpoch;
                }
            }

            throw;
        }
    }
}
