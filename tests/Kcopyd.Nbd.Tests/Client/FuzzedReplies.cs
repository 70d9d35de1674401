using System.Buffers.Binary;
using Kcopyd.Nbd.Protocol;

namespace Kcopyd.Nbd.Tests.Client;

/// <summary>Spoils some of what a server answers: heads, positions, order and ends, never the bytes of the disk, which
/// nobody could notice.</summary>
internal sealed class FuzzedReplies(Random random, int oneIn)
{
    private readonly Lock _gate = new();

    /// <summary>How many answers there were.</summary>
    public int Count { get; private set; }

    /// <summary>How many of them were spoilt.</summary>
    public int SpoiltCount { get; private set; }

    /// <summary>Any thread may call.</summary>
    public byte[]? Spoil(byte[] reply)
    {
        lock (_gate)
        {
            Count++;
            if (random.Next(oneIn) > 0)
            {
                return reply;
            }

            SpoiltCount++;
            return random.Next(12) switch
            {
                < 5 => WithByte(reply),
                < 8 => WithField(reply),
                8 => reply[..random.Next(HeadOf(reply))],
                9 => [.. reply, .. reply],
                10 => [.. Rubbish(), .. reply],
                _ => null,
            };
        }
    }

    private static int HeadOf(byte[] reply) => Math.Min(
        reply.Length,
        BinaryPrimitives.ReadUInt32BigEndian(reply) == NbdMagic.Chunk
            ? NbdChunkHeader.Size + sizeof(ulong)
            : NbdSimpleReply.Size);

    private byte[] WithByte(byte[] reply)
    {
        reply[random.Next(HeadOf(reply))] ^= (byte)(1 << random.Next(8));
        return reply;
    }

    /// <summary>A length, a position or a cookie becomes an edge.</summary>
    private byte[] WithField(byte[] reply)
    {
        ulong[] edges = [0, 1, 8, 511, 513, 4096, int.MaxValue, uint.MaxValue, long.MaxValue, ulong.MaxValue];
        var edge = edges[random.Next(edges.Length)];
        var bytes = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, edge);
        int[] fields = [4, 8, 16, 20];
        var at = fields[random.Next(fields.Length)];
        var count = Math.Clamp(HeadOf(reply) - at, 0, at == 16 ? sizeof(uint) : sizeof(ulong));
        bytes.AsSpan(sizeof(ulong) - count).CopyTo(reply.AsSpan(Math.Min(at, reply.Length)));
        return reply;
    }

    private byte[] Rubbish()
    {
        var bytes = new byte[random.Next(1, 40)];
        random.NextBytes(bytes);
        return bytes;
    }
}
