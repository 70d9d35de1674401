using System.Collections.Immutable;
using Kcopyd.Devices;

namespace Kcopyd.Actors.TestKit.Devices;

/// <summary>Decides which requests fail. Safe for concurrent calls.</summary>
public abstract class FaultPlan
{
    private FaultPlan()
    {
    }

    /// <summary>No faults.</summary>
    public static FaultPlan None { get; } = Of();

    /// <summary>The faults listed; the first that hits a request and is not used up counts.</summary>
    /// <remarks>The plan counts how often each was used, so it belongs to one device.</remarks>
    public static FaultPlan Of(params IEnumerable<DeviceFault> faults) => new Listed([.. faults]);

    /// <summary>Faults by seed, kind and request number alone: the same on every run, whatever the timing.</summary>
    /// <remarks>The reason of each failure names the seed.</remarks>
    public static FaultPlan Seeded(int seed, FaultRates rates)
    {
        ArgumentNullException.ThrowIfNull(rates);
        return new Drawn(seed, rates);
    }

    /// <summary>The fault that hits a request, or null.</summary>
    /// <param name="request">The request.</param>
    /// <param name="number">Its number among those of its kind on this device, from 1.</param>
    public abstract DeviceFault? Find(DeviceRequest request, long number);

    private sealed class Listed(ImmutableArray<DeviceFault> faults) : FaultPlan
    {
        private readonly Lock _lock = new();
        private readonly long[] _used = new long[faults.Length];

        public override DeviceFault? Find(DeviceRequest request, long number)
        {
            lock (_lock)
            {
                for (var i = 0; i < faults.Length; i++)
                {
                    if (_used[i] < faults[i].Times && faults[i].Hits(request, number))
                    {
                        _used[i]++;
                        return faults[i];
                    }
                }
            }

            return null;
        }
    }

    private sealed class Drawn(int seed, FaultRates rates) : FaultPlan
    {
        public override DeviceFault? Find(DeviceRequest request, long number)
        {
            var rate = request.Operation switch
            {
                DeviceOperation.Read => rates.Read,
                DeviceOperation.Write => rates.Write,
                DeviceOperation.WriteZeroes => rates.WriteZeroes,
                DeviceOperation.Flush => rates.Flush,
                _ => 0,
            };
            var series = SeededRandom.Mix((ulong)(uint)seed ^ ((ulong)request.Operation << 32));
            var random = new SeededRandom(series ^ SeededRandom.Mix((ulong)number));
            if (random.NextShare() >= rate)
            {
                return null;
            }

            return new DeviceFault(request.Operation)
            {
                IsTransient = random.NextShare() < rates.Transient,
                BytesBefore = (long)(random.NextShare() * request.Length),
                Reason = $"injected fault of seed {seed}, {request.Operation} number {number}",
            };
        }
    }
}
