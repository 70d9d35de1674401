using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Devices;

namespace Kcopyd.Nbd.Tests.Serving;

/// <summary>Every other call ends on another thread than it began on.</summary>
internal sealed class MixedBlockDevice(IBlockDevice inner) : DelegatingBlockDevice(inner)
{
    private int _calls;

    public override async ValueTask ReadAsync(
        long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        await NextAsync();
        await base.ReadAsync(offset, buffer, cancellationToken);
    }

    public override async ValueTask WriteAsync(
        long offset,
        ReadOnlyMemory<byte> buffer,
        WriteDurability durability,
        CancellationToken cancellationToken)
    {
        await NextAsync();
        await base.WriteAsync(offset, buffer, durability, cancellationToken);
    }

    private async ValueTask NextAsync()
    {
        if (Interlocked.Increment(ref _calls) % 2 == 0)
        {
            await Task.Yield();
        }
    }
}
