using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;

namespace Kcopyd.Nbd.Protocol;

/// <summary>What <see cref="NbdOption.Info"/> and <see cref="NbdOption.Go"/> say.</summary>
/// <param name="Name">The export; empty: the default one.</param>
/// <param name="Wanted">What the client wants to be told beside the size.</param>
internal sealed record NbdExportRequest(string Name, ImmutableArray<NbdTopic> Wanted)
{
    /// <exception cref="NbdProtocolException">It makes no sense.</exception>
    public static NbdExportRequest Read(ReadOnlySpan<byte> bytes)
    {
        var payload = new NbdPayload(bytes);
        var name = payload.ReadString();
        var wanted = new NbdTopic[payload.ReadUInt16()];
        if (payload.Left != wanted.Length * sizeof(ushort))
        {
            throw new NbdProtocolException(
                $"an option wants {wanted.Length} pieces of information, and has {payload.Left} bytes for them");
        }

        for (var i = 0; i < wanted.Length; i++)
        {
            wanted[i] = (NbdTopic)payload.ReadUInt16();
        }

        return new NbdExportRequest(name, [.. wanted]);
    }

    public byte[] ToBytes()
    {
        var bytes = new ArrayBufferWriter<byte>();
        NbdText.Write(bytes, Name);
        WriteUInt16(bytes, (ushort)Wanted.Length);
        foreach (var wanted in Wanted)
        {
            WriteUInt16(bytes, (ushort)wanted);
        }

        return bytes.WrittenSpan.ToArray();
    }

    private static void WriteUInt16(ArrayBufferWriter<byte> bytes, ushort value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(bytes.GetSpan(sizeof(ushort)), value);
        bytes.Advance(sizeof(ushort));
    }
}
