using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Kcopyd.Nbd.Protocol;

namespace Kcopyd.Nbd.Serving;

/// <summary>The answers to one option, which go out in one piece.</summary>
internal sealed class OptionReplies(NbdOption option)
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    public ReadOnlyMemory<byte> Bytes => _bytes.WrittenMemory;

    public void Ack() => Add(NbdOptionReplyKind.Ack, []);

    /// <summary>A refusal, with a sentence for people.</summary>
    public void Refuse(NbdOptionReplyKind kind, string reason) => Add(kind, Encoding.UTF8.GetBytes(reason));

    /// <summary>One export of a list.</summary>
    public void Name(NbdExport export)
    {
        var payload = new ArrayBufferWriter<byte>();
        NbdText.Write(payload, export.Name);
        payload.Write(Encoding.UTF8.GetBytes(export.Description ?? ""));
        Add(NbdOptionReplyKind.Server, payload.WrittenSpan);
    }

    public void Size(NbdExportSize size)
    {
        Span<byte> value = stackalloc byte[NbdExportSize.Size];
        size.Write(value);
        Tell(NbdTopic.Export, value);
    }

    public void Sizes(NbdBlockSizes sizes)
    {
        Span<byte> value = stackalloc byte[NbdBlockSizes.Size];
        sizes.Write(value);
        Tell(NbdTopic.BlockSize, value);
    }

    public void Text(NbdTopic topic, string text) => Tell(topic, Encoding.UTF8.GetBytes(text));

    public void Context(uint id, string name)
    {
        var payload = new byte[sizeof(uint) + Encoding.UTF8.GetByteCount(name)];
        BinaryPrimitives.WriteUInt32BigEndian(payload, id);
        Encoding.UTF8.GetBytes(name, payload.AsSpan(sizeof(uint)));
        Add(NbdOptionReplyKind.MetaContext, payload);
    }

    private void Tell(NbdTopic topic, ReadOnlySpan<byte> value)
    {
        var payload = new byte[sizeof(ushort) + value.Length];
        BinaryPrimitives.WriteUInt16BigEndian(payload, (ushort)topic);
        value.CopyTo(payload.AsSpan(sizeof(ushort)));
        Add(NbdOptionReplyKind.Info, payload);
    }

    private void Add(NbdOptionReplyKind kind, ReadOnlySpan<byte> payload)
    {
        new NbdOptionReplyHeader(option, kind, (uint)payload.Length)
            .Write(_bytes.GetSpan(NbdOptionReplyHeader.Size));
        _bytes.Advance(NbdOptionReplyHeader.Size);
        _bytes.Write(payload);
    }
}
