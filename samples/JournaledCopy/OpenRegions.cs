using Kcopyd.Devices;

namespace JournaledCopy;

/// <summary>Two open devices, whole; closed when disposed.</summary>
internal sealed class OpenRegions(IBlockDevice source, IBlockDevice target) : IAsyncDisposable
{
    public IoRegion Source { get; } = IoRegion.Whole(source);

    public IoRegion Target { get; } = IoRegion.Whole(target);

    public async ValueTask DisposeAsync()
    {
        await source.DisposeAsync();
        await target.DisposeAsync();
    }
}
