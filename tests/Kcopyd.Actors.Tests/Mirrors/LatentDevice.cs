using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Tests.Mirrors;

/// <summary>A device whose requests take the thread pool's time, seeded turns of it, and so overtake each
/// other.</summary>
internal sealed class LatentDevice(IBlockDevice inner, int seed) : InterceptingBlockDevice(inner)
{
    private const int MaxTurns = 6;

    private int _number;

    protected override async ValueTask InterceptAsync(
        DeviceRequest request, Func<CancellationToken, ValueTask> perform, CancellationToken cancellationToken)
    {
        var number = Interlocked.Increment(ref _number);
        for (var turns = Turns(number); turns > 0; turns--)
        {
            await Task.Yield();
        }

        await perform(cancellationToken).ConfigureAwait(false);
    }

    private int Turns(int number) => new Random((seed * 7919) + number).Next(MaxTurns);
}
