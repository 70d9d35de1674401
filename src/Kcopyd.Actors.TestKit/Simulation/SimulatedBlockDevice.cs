using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Devices;

namespace Kcopyd.Actors.TestKit.Simulation;

/// <summary>A device whose requests are done, and whose answers come, when the loop picks them: between any two steps
/// of anyone else, and in any order among each other.</summary>
/// <remarks>
/// <para>
/// A request takes at least two steps: in one the device inside is asked, in a later one the answer comes. A cancelled
/// request that was not picked yet does nothing; either way it completes in a step of its own.
/// </para>
/// <para>Nest it outermost, around a device that completes at once (memory, and decorators around it).</para>
/// </remarks>
/// <param name="inner">The device inside.</param>
/// <param name="loop">What picks.</param>
public sealed class SimulatedBlockDevice(IBlockDevice inner, SimulationLoop loop) : InterceptingBlockDevice(inner)
{
    private readonly SimulationLoop _loop = loop ?? throw new ArgumentNullException(nameof(loop));

    /// <summary>The least virtual time between a request and its answer. Default none.</summary>
    public TimeSpan MinLatency { get; init; }

    /// <summary>The most virtual time between a request and its answer; the loop's seed draws it. Default: the
    /// least.</summary>
    public TimeSpan MaxLatency { get; init; }

    /// <inheritdoc/>
    protected override async ValueTask InterceptAsync(
        DeviceRequest request, Func<CancellationToken, ValueTask> perform, CancellationToken cancellationToken)
    {
        await _loop.YieldAsync().ConfigureAwait(false);
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            await perform(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await AnswerAsync().ConfigureAwait(false);
        }
    }

    private Task AnswerAsync()
    {
        var spread = Math.Max(0, (MaxLatency - MinLatency).Ticks);
        var latency = MinLatency.Ticks + (spread == 0 ? 0 : (long)(_loop.ChooseShare() * spread));
        return latency == 0 ? _loop.YieldAsync() : _loop.DelayAsync(TimeSpan.FromTicks(latency));
    }
}
