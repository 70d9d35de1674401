using System.Buffers.Binary;
using Kcopyd.Devices;

namespace Kcopyd.Actors.TestKit.Devices;

/// <summary>Content in which every eight bytes depend on a seed and on their position, so that data in the wrong place
/// is found.</summary>
public static class TestPatterns
{
    private const int WordSize = sizeof(ulong);

    /// <summary>Fills a buffer with what stands at <paramref name="offset"/>, which may be any byte.</summary>
    public static void Fill(Span<byte> buffer, long offset, int seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        Span<byte> word = stackalloc byte[WordSize];
        var done = 0;
        while (done < buffer.Length)
        {
            var position = offset + done;
            var skipped = (int)(position % WordSize);
            if (skipped == 0 && buffer.Length - done >= WordSize)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(buffer[done..], Word(position / WordSize, seed));
                done += WordSize;
                continue;
            }

            BinaryPrimitives.WriteUInt64LittleEndian(word, Word(position / WordSize, seed));
            var count = Math.Min(WordSize - skipped, buffer.Length - done);
            word.Slice(skipped, count).CopyTo(buffer[done..]);
            done += count;
        }
    }

    /// <summary>An array filled with what stands at <paramref name="offset"/>.</summary>
    public static byte[] Create(long offset, int length, int seed)
    {
        var bytes = new byte[length];
        Fill(bytes, offset, seed);
        return bytes;
    }

    /// <summary>The position, in the device, of the first byte that is not the pattern's; null where all are.</summary>
    public static long? FirstDifference(ReadOnlySpan<byte> buffer, long offset, int seed)
    {
        Span<byte> expected = stackalloc byte[4096];
        for (var done = 0; done < buffer.Length; done += expected.Length)
        {
            var actual = buffer[done..Math.Min(buffer.Length, done + expected.Length)];
            Fill(expected[..actual.Length], offset + done, seed);
            var equal = actual.CommonPrefixLength(expected);
            if (equal < actual.Length)
            {
                return offset + done + equal;
            }
        }

        return null;
    }

    /// <summary>Writes the pattern to all of a device. Not flushed.</summary>
    /// <exception cref="DeviceException">The device failed.</exception>
    public static async Task FillDeviceAsync(
        IBlockDevice device, int seed, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(device);
        var buffer = AlignedBuffer.Create();
        var length = device.Geometry.LengthBytes;
        for (long offset = 0; offset < length; offset += buffer.Length)
        {
            var part = buffer[..(int)Math.Min(buffer.Length, length - offset)];
            Fill(part.Span, offset, seed);
            await device.WriteAsync(offset, part, WriteDurability.Cached, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Reads all of a device and returns the position of the first byte that is not the pattern's; null where
    /// all are.</summary>
    /// <exception cref="DeviceException">The device failed.</exception>
    public static async Task<long?> FirstDifferenceAsync(
        IBlockDevice device, int seed, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(device);
        var buffer = AlignedBuffer.Create();
        var length = device.Geometry.LengthBytes;
        for (long offset = 0; offset < length; offset += buffer.Length)
        {
            var part = buffer[..(int)Math.Min(buffer.Length, length - offset)];
            await device.ReadAsync(offset, part, cancellationToken).ConfigureAwait(false);
            if (FirstDifference(part.Span, offset, seed) is { } difference)
            {
                return difference;
            }
        }

        return null;
    }

    private static ulong Word(long index, int seed) =>
        SeededRandom.Mix((ulong)index + 1 + SeededRandom.Mix((ulong)(uint)seed + 0x9E3779B97F4A7C15));
}
