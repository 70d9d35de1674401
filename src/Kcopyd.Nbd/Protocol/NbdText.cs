using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Kcopyd.Nbd.Protocol;

/// <summary>Texts as the protocol has them: their length in bytes, then UTF-8.</summary>
internal static class NbdText
{
    /// <summary>The most characters that a sentence of ours quotes of a peer.</summary>
    private const int MaxQuoted = 400;

    public static void Write(ArrayBufferWriter<byte> bytes, string text)
    {
        var count = Encoding.UTF8.GetByteCount(text);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.GetSpan(sizeof(uint)), (uint)count);
        bytes.Advance(sizeof(uint));
        bytes.Advance(Encoding.UTF8.GetBytes(text, bytes.GetSpan(count)));
    }

    /// <summary>Whether a text is short enough for a peer to take it.</summary>
    public static bool Fits(string text) => Encoding.UTF8.GetByteCount(text) <= NbdLimits.MaxString;

    /// <summary>What a peer says, as part of a sentence: one line, not longer than people read, and nothing that a
    /// terminal obeys.</summary>
    public static string Quote(ReadOnlySpan<byte> bytes)
    {
        var text = Encoding.UTF8.GetString(bytes[..Math.Min(bytes.Length, NbdLimits.MaxString)]);
        var cut = text.Length > MaxQuoted ? string.Concat(text.AsSpan(0, MaxQuoted), "...") : text;
        return string.Concat(cut.Select(static letter => char.IsControl(letter) ? ' ' : letter));
    }
}
