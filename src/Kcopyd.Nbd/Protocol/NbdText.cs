using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Kcopyd.Nbd.Protocol;

/// <summary>Texts as the protocol has them: their length in bytes, then UTF-8.</summary>
internal static class NbdText
{
    public static void Write(ArrayBufferWriter<byte> bytes, string text)
    {
        var count = Encoding.UTF8.GetByteCount(text);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.GetSpan(sizeof(uint)), (uint)count);
        bytes.Advance(sizeof(uint));
        bytes.Advance(Encoding.UTF8.GetBytes(text, bytes.GetSpan(count)));
    }

    /// <summary>Whether a text is short enough for a peer to take it.</summary>
    public static bool Fits(string text) => Encoding.UTF8.GetByteCount(text) <= NbdLimits.MaxString;
}
