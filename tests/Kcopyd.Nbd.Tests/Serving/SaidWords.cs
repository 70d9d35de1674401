using System.Buffers.Binary;

namespace Kcopyd.Nbd.Tests.Serving;

/// <summary>Finds where in what a client said something begins that a server could understand.</summary>
internal static class SaidWords
{
    /// <summary>All places of a magic number that have so many bytes from there on.</summary>
    public static IEnumerable<int> At(byte[] said, uint magic, int size) => At(said, Of(magic), size);

    /// <summary>All places of a magic number that have so many bytes from there on.</summary>
    public static IEnumerable<int> At(byte[] said, ulong magic, int size) => At(said, Of(magic), size);

    /// <summary>A number on the wire.</summary>
    public static byte[] Of(ulong magic)
    {
        var bytes = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, magic);
        return bytes;
    }

    private static byte[] Of(uint magic) => Of((ulong)magic)[sizeof(uint)..];

    private static IEnumerable<int> At(byte[] said, byte[] magic, int size)
    {
        for (var at = Next(said, magic, 0); at >= 0 && at + size <= said.Length; at = Next(said, magic, at + 1))
        {
            yield return at;
        }
    }

    private static int Next(byte[] said, byte[] magic, int from)
    {
        var found = said.AsSpan(from).IndexOf(magic);
        return found < 0 ? -1 : from + found;
    }
}
