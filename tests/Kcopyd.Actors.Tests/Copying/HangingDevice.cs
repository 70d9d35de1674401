using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Tests.Copying;

/// <summary>A device whose reads hang, cancelled or not, and keep their buffers, until they are released.</summary>
internal sealed class HangingDevice(IBlockDevice inner) : DelegatingBlockDevice(inner)
{
    private readonly List<TaskCompletionSource> _reads = [];

    public List<Memory<byte>> Buffers { get; } = [];

    public void Release() => _reads.ForEach(read => read.TrySetResult());

    public override async ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var released = new TaskCompletionSource();
        _reads.Add(released);
        Buffers.Add(buffer);
        await released.Task.ConfigureAwait(false);
        await Inner.ReadAsync(offset, buffer, CancellationToken.None).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
    }
}
