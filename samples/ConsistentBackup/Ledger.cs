using System.Buffers.Binary;
using Kcopyd.Devices;

namespace ConsistentBackup;

/// <summary>An image whose blocks are numbered in the order of their writes. At any one moment the numbers are
/// consecutive; of a copy that took its time while the writer went on they are not.</summary>
internal sealed class Ledger(IBlockDevice device) : IAsyncDisposable
{
    public const int BlockSize = 4096;

    /// <summary>Odd, so that every block has its turn, far from the one before.</summary>
    private const long Stride = 1021;

    private readonly byte[] _block = new byte[BlockSize];
    private readonly CancellationTokenSource _stop = new();
    private Task _writer = Task.CompletedTask;
    private long _next;

    /// <summary>Writes so far.</summary>
    public long Writes => Interlocked.Read(ref _next);

    private long Blocks => device.Geometry.LengthBytes / BlockSize;

    /// <summary>Writes every block once.</summary>
    public async Task FillAsync()
    {
        while (Writes < Blocks)
        {
            await WriteNextAsync();
        }
    }

    /// <summary>Goes on writing until it is disposed.</summary>
    public void Start() => _writer = Task.Run(async () =>
    {
        while (!_stop.IsCancellationRequested)
        {
            await WriteNextAsync();
        }
    });

    /// <summary>What an image is.</summary>
    /// <returns>The numbers of its oldest and its newest block, and whether all between are there.</returns>
    public static async Task<(long First, long Last, bool IsConsistent)> ReadAsync(IBlockDevice image)
    {
        var bytes = new byte[image.Geometry.LengthBytes];
        await image.ReadAsync(0, bytes, default);
        var numbers = new HashSet<long>();
        for (var at = 0; at < bytes.Length; at += BlockSize)
        {
            numbers.Add(BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(at)));
        }

        var blocks = bytes.Length / BlockSize;
        var (first, last) = (numbers.Min(), numbers.Max());
        return (first, last, numbers.Count == blocks && last - first == blocks - 1);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _writer;
        _stop.Dispose();
    }

    private async Task WriteNextAsync()
    {
        BinaryPrimitives.WriteInt64LittleEndian(_block, _next);
        await device.WriteAsync(_next * Stride % Blocks * BlockSize, _block, WriteDurability.Cached, default);
        Interlocked.Increment(ref _next);
    }
}
