using System.Collections.Immutable;

namespace Kcopyd.Devices;

/// <summary>One write epoch over those of several devices: it ends when any of theirs does.</summary>
internal sealed class LinearEpochs
{
    private readonly Lock _gate = new();
    private readonly ImmutableArray<IBlockDevice> _devices;
    private ImmutableArray<long> _parts;
    private long _current = 1;

    internal LinearEpochs(ImmutableArray<IBlockDevice> devices)
    {
        _devices = devices;
        _parts = Ask();
    }

    /// <summary>The current epoch: a new one, if a part's has ended since it was last asked.</summary>
    internal long Current
    {
        get
        {
            lock (_gate)
            {
                return Look();
            }
        }
    }

    /// <summary>The parts' epochs that an epoch stands for, or nothing where it has ended.</summary>
    internal ImmutableArray<long>? PartsOf(long epoch)
    {
        lock (_gate)
        {
            return Look() == epoch ? _parts : null;
        }
    }

    /// <summary>Ends an epoch, if it has not ended yet.</summary>
    internal void End(long epoch)
    {
        lock (_gate)
        {
            if (Look() == epoch)
            {
                _current++;
            }
        }
    }

    private ImmutableArray<long> Ask() => [.. _devices.Select(device => device.WriteEpoch)];

    private long Look()
    {
        var now = Ask();
        if (!now.AsSpan().SequenceEqual(_parts.AsSpan()))
        {
            _parts = now;
            _current++;
        }

        return _current;
    }
}
