using System.Buffers.Binary;
using Kcopyd.Devices;

namespace ServedImage;

/// <summary>The machine that uses the image: it writes block after block, and remembers what it wrote.</summary>
internal sealed class Guest(IBlockDevice disk) : IAsyncDisposable
{
    private const int BlockSize = 4096;

    /// <summary>Odd, so that every block has its turn, far from the one before.</summary>
    private const long Stride = 1021;

    private readonly byte[] _image = new byte[disk.Geometry.LengthBytes];
    private readonly SemaphoreSlim _turn = new(1);
    private readonly CancellationTokenSource _stop = new();
    private Task _writing = Task.CompletedTask;
    private long _writes;

    /// <summary>Writes so far.</summary>
    public long Writes => Interlocked.Read(ref _writes);

    /// <summary>Begins to write, until it is disposed.</summary>
    public void Start() => _writing = Task.Run(async () =>
    {
        while (!_stop.IsCancellationRequested)
        {
            await WriteNextAsync();
        }
    });

    /// <summary>Completes when it has written so many times.</summary>
    public async Task WriteAsync(int times)
    {
        for (var i = 0; i < times; i++)
        {
            await WriteNextAsync();
        }
    }

    /// <summary>Does something between two writes.</summary>
    /// <returns>What the image is at that moment, by what was written and answered.</returns>
    public async Task<byte[]> BetweenWritesAsync(Func<Task> step)
    {
        await _turn.WaitAsync();
        try
        {
            await step();
            return [.. _image];
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _writing;
        _stop.Dispose();
        _turn.Dispose();
    }

    private async Task WriteNextAsync()
    {
        await _turn.WaitAsync();
        try
        {
            var number = _writes + 1;
            var at = (int)(number * Stride % (_image.Length / BlockSize)) * BlockSize;
            BinaryPrimitives.WriteInt64LittleEndian(_image.AsSpan(at), number);
            await disk.WriteAsync(at, _image.AsMemory(at, BlockSize), WriteDurability.Cached, default);
            Interlocked.Increment(ref _writes);
        }
        finally
        {
            _turn.Release();
        }
    }
}
