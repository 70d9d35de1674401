using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;

namespace Kcopyd.Nbd.Protocol;

/// <summary>What <see cref="NbdOption.ListMetaContext"/> and <see cref="NbdOption.SetMetaContext"/> say.</summary>
/// <param name="Name">The export; empty: the default one.</param>
/// <param name="Queries">The contexts that are asked for.</param>
internal sealed record NbdContextRequest(string Name, ImmutableArray<string> Queries)
{
    /// <summary>The one context that we know: what is allocated, and what reads as zeros.</summary>
    public const string BaseAllocation = "base:allocation";

    /// <exception cref="NbdProtocolException">It makes no sense.</exception>
    public static NbdContextRequest Read(ReadOnlySpan<byte> bytes)
    {
        var payload = new NbdPayload(bytes);
        var name = payload.ReadString();
        var count = payload.ReadUInt32();
        if (count > payload.Left / sizeof(uint))
        {
            throw new NbdProtocolException($"an option asks for {count} contexts, and has {payload.Left} bytes");
        }

        var queries = ImmutableArray.CreateBuilder<string>((int)count);
        for (var i = 0; i < count; i++)
        {
            queries.Add(payload.ReadString());
        }

        payload.End();
        return new NbdContextRequest(name, queries.MoveToImmutable());
    }

    public byte[] ToBytes()
    {
        var bytes = new ArrayBufferWriter<byte>();
        NbdText.Write(bytes, Name);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.GetSpan(sizeof(uint)), (uint)Queries.Length);
        bytes.Advance(sizeof(uint));
        foreach (var query in Queries)
        {
            NbdText.Write(bytes, query);
        }

        return bytes.WrittenSpan.ToArray();
    }
}
