using System.Buffers.Binary;

namespace Kcopyd.Interop.Tests.Kernel;

/// <summary>The log of a mirror as bytes, by its description and not by our code.</summary>
internal static class MirrorLogFile
{
    public const int BitsOffset = 1024;
    private const int HeadBytes = 16;
    private const int WordBits = 64;

    /// <summary>A log that is new: no head, and rubbish where a log has no meaning or no bits yet.</summary>
    public static byte[] Fresh(int length)
    {
        var log = new byte[length];
        log.AsSpan(HeadBytes).Fill(0xA5);
        return log;
    }

    /// <summary>Whether a mirror that starts believes its legs to be equal in a region.</summary>
    public static bool IsClean(ReadOnlySpan<byte> log, int region, string argument) => argument switch
    {
        "sync" => false,
        "nosync" => true,
        _ => log[..4].SequenceEqual("rRiM"u8)
            && (ulong)region < BinaryPrimitives.ReadUInt64LittleEndian(log[8..])
            && HasBit(log, region),
    };

    public static bool HasBit(ReadOnlySpan<byte> log, int region) =>
        (log[BitsOffset + (region / 8)] & (1 << (region % 8))) != 0;

    /// <summary>The log that a mirror of so many regions leaves when all are clean: no bits after the last region, up
    /// to the end of its word, and all else as it was.</summary>
    public static byte[] AllClean(ReadOnlySpan<byte> before, int regions)
    {
        var log = before.ToArray();
        "rRiM"u8.CopyTo(log);
        BinaryPrimitives.WriteUInt32LittleEndian(log.AsSpan(4), 2);
        BinaryPrimitives.WriteUInt64LittleEndian(log.AsSpan(8), (ulong)regions);
        for (var region = 0; region < (regions + WordBits - 1) / WordBits * WordBits; region++)
        {
            SetBit(log, region, region < regions);
        }

        return log;
    }

    public static void SetBit(Span<byte> log, int region, bool value)
    {
        ref var bits = ref log[BitsOffset + (region / 8)];
        var bit = (byte)(1 << (region % 8));
        bits = value ? (byte)(bits | bit) : (byte)(bits & ~bit);
    }
}
