using Kcopyd.Core;
using Kcopyd.Devices;

namespace MirroredDisk;

/// <summary>Writes random blocks, reads each back, and knows what the device has to hold.</summary>
internal sealed class Load(IBlockDevice device, ByteCount area) : IAsyncDisposable
{
    private const int BlockSize = 16 * 1024;

    private readonly byte[] _expected = new byte[area.Value];
    private readonly CancellationTokenSource _stop = new();
    private Task _task = Task.CompletedTask;
    private long _writes;

    /// <summary>Writes so far, each read back and compared.</summary>
    public long Writes => Interlocked.Read(ref _writes);

    public void Start() => _task = Task.Run(RunAsync);

    /// <summary>Waits for so many more writes: the device serves.</summary>
    public async Task ServesAsync(long writes)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        for (var until = Writes + writes; Writes < until && !_task.IsFaulted;)
        {
            await timer.WaitForNextTickAsync();
        }

        if (_task.IsFaulted)
        {
            await _task;
        }
    }

    /// <summary>Stops, and compares all of it.</summary>
    /// <exception cref="InvalidDataException">Something else was read than was written.</exception>
    public async Task FinishAsync()
    {
        await _stop.CancelAsync();
        await _task;
        await device.FlushAsync(device.WriteEpoch, default);
        var read = new byte[_expected.Length];
        await device.ReadAsync(0, read, default);
        Compare(read, _expected);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private static void Compare(ReadOnlySpan<byte> read, ReadOnlySpan<byte> expected)
    {
        if (!read.SequenceEqual(expected))
        {
            throw new InvalidDataException("The mirror lost a write.");
        }
    }

    private async Task RunAsync()
    {
        var random = new Random(1);
        var read = new byte[BlockSize];
        while (!_stop.IsCancellationRequested)
        {
            var at = random.Next(_expected.Length / BlockSize) * BlockSize;
            var block = _expected.AsMemory(at, BlockSize);
            random.NextBytes(block.Span);
            await device.WriteAsync(at, block, WriteDurability.Cached, default);
            await device.ReadAsync(at, read, default);
            Compare(read, block.Span);
            Interlocked.Increment(ref _writes);
        }
    }
}
