using System.Buffers.Binary;
using Kcopyd.Devices;
using Kcopyd.Nbd.Client;

namespace Kcopyd.Interop.Tests.Nbd;

/// <summary>Writes numbered blocks to an export by several tasks until the server goes away, and knows what the export
/// may hold then.</summary>
/// <remarks>A server that is killed loses nothing that the kernel has, so what was acknowledged is there, flushed or
/// not.</remarks>
/// <param name="before">What the blocks held at first.</param>
internal sealed class NumberedWriter(byte[] before)
{
    private const int BlockBytes = 4096;
    private const int SectorBytes = 512;
    private const int Tasks = 4;
    private const int MostBlocksAtOnce = 16;
    private const int WritesToAFlush = 16;

    private static readonly NbdClientOptions Impatient = new() { ReconnectTimeout = TimeSpan.Zero };

    private readonly long[] _asked = new long[before.Length / BlockBytes];
    private readonly long[] _acknowledged = new long[before.Length / BlockBytes];
    private long _number;
    private int _left;

    /// <summary>Writes until the server goes away.</summary>
    /// <param name="uri">The export.</param>
    /// <param name="seed">Draws blocks and lengths.</param>
    /// <param name="writes">How many are acknowledged before the server may go away.</param>
    public NumberedWrites Write(string uri, int seed, int writes)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _left = writes;
        return new NumberedWrites(reached.Task, RunAsync(uri, seed, reached));
    }

    /// <summary>Asserts that every sector has the last number that was acknowledged, or a later one that was
    /// asked for.</summary>
    public async Task CheckAsync(string uri)
    {
        var found = new byte[before.Length];
        await using var device = await NbdBlockDevice.OpenAsync(uri, BlockDeviceAccess.Read, Impatient, default);
        await device.ReadAsync(0, found, default);
        for (var sector = 0; sector < found.Length / SectorBytes; sector++)
        {
            CheckSector(sector * SectorBytes, found);
        }
    }

    private static void Number(Span<byte> bytes, long offset, long number)
    {
        for (var at = 0; at < bytes.Length; at += 2 * sizeof(long))
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes[at..], offset + at);
            BinaryPrimitives.WriteInt64LittleEndian(bytes[(at + sizeof(long))..], number);
        }
    }

    private async Task RunAsync(string uri, int seed, TaskCompletionSource reached)
    {
        await using var device = await NbdBlockDevice.OpenAsync(uri, BlockDeviceAccess.ReadWrite, Impatient, default);
        await Task.WhenAll(Enumerable.Range(0, Tasks).Select(task =>
            WriteAsync(device, task, new Random(seed + task), reached)));
    }

    private async Task WriteAsync(NbdBlockDevice device, int task, Random random, TaskCompletionSource reached)
    {
        var blocks = _asked.Length / Tasks;
        var bytes = new byte[MostBlocksAtOnce * BlockBytes];
        try
        {
            for (var i = 1; ; i++)
            {
                var count = random.Next(MostBlocksAtOnce) + 1;
                var first = (task * blocks) + random.Next(blocks - count + 1);
                var number = Interlocked.Increment(ref _number);
                var piece = bytes.AsMemory(0, count * BlockBytes);
                Number(piece.Span, first * BlockBytes, number);
                _asked.AsSpan(first, count).Fill(number);
                var epoch = device.WriteEpoch;
                var durability = random.Next(8) == 0 ? WriteDurability.Durable : WriteDurability.Cached;
                await device.WriteAsync(first * BlockBytes, piece, durability, default);
                _acknowledged.AsSpan(first, count).Fill(number);
                if (Interlocked.Decrement(ref _left) == 0)
                {
                    reached.TrySetResult();
                }

                if (i % WritesToAFlush == 0)
                {
                    await device.FlushAsync(epoch, default);
                }
            }
        }
        catch (DeviceException) when (reached.Task.IsCompleted)
        {
            // The server was killed.
        }
    }

    private void CheckSector(int offset, byte[] found)
    {
        var block = offset / BlockBytes;
        var sector = found.AsSpan(offset, SectorBytes);
        var number = BinaryPrimitives.ReadInt64LittleEndian(sector[sizeof(long)..]);
        var expected = new byte[SectorBytes];
        Number(expected, offset, number);
        var isNumbered = sector.SequenceEqual(expected);
        var isRight = isNumbered
            ? number >= _acknowledged[block] && number <= _asked[block]
            : _acknowledged[block] == 0 && sector.SequenceEqual(before.AsSpan(offset, SectorBytes));
        Assert.True(
            isRight,
            $"Byte {offset} has {(isNumbered ? $"number {number}" : "other bytes")}; {_acknowledged[block]} was "
            + $"acknowledged, {_asked[block]} was asked for.");
    }
}
