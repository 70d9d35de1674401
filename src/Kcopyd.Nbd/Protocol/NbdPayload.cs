using System.Text;
using static System.Buffers.Binary.BinaryPrimitives;

namespace Kcopyd.Nbd.Protocol;

/// <summary>Reads what an option or the answer to one holds, in order.</summary>
/// <remarks>Every method throws <see cref="NbdProtocolException"/> where the payload ends before.</remarks>
internal ref struct NbdPayload(ReadOnlySpan<byte> bytes)
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>How many bytes are left.</summary>
    public readonly int Left => _rest.Length;

    public ushort ReadUInt16() => ReadUInt16BigEndian(Take(sizeof(ushort)));

    public uint ReadUInt32() => ReadUInt32BigEndian(Take(sizeof(uint)));

    /// <summary>A text of the length that precedes it.</summary>
    public string ReadString() => Text(ReadUInt32());

    /// <summary>All that is left, as a text.</summary>
    public string ReadRest() => Text((uint)Left);

    public ReadOnlySpan<byte> Take(int count)
    {
        if (count > _rest.Length)
        {
            throw new NbdProtocolException($"a payload has {_rest.Length} bytes left, and {count} are expected");
        }

        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }

    /// <summary>Demands that nothing is left.</summary>
    public readonly void End()
    {
        if (Left > 0)
        {
            throw new NbdProtocolException($"a payload has {Left} bytes more than expected");
        }
    }

    private string Text(uint length)
    {
        if (length > NbdLimits.MaxString)
        {
            throw new NbdProtocolException($"a text has {length} bytes, more than {NbdLimits.MaxString}");
        }

        try
        {
            return Strict.GetString(Take((int)length));
        }
        catch (DecoderFallbackException cause)
        {
            throw new NbdProtocolException("a text is not UTF-8", cause);
        }
    }
}
