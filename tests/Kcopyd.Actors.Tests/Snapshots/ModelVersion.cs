using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Kcopyd.Core;

namespace Kcopyd.Actors.Tests.Snapshots;

/// <summary>What a sector holds, as a number that says which write it is of: its place in the order of its writer,
/// and the device that was written. Zeros carry no number, so a version says of itself that it is zeros.</summary>
internal static class ModelVersion
{
    private const int DeviceBits = 8;

    /// <summary>The version of all sectors in the beginning.</summary>
    public static readonly long First = Of(1, 0, isZeros: false);

    public static long Of(long order, int device, bool isZeros) =>
        (((order << DeviceBits) | (long)(byte)device) << 1) | (isZeros ? 1L : 0);

    public static bool IsZeros(long version) => (version & 1) == 1;

    public static byte DeviceOf(long version) => (byte)(version >> 1);

    /// <summary>Fills a sector.</summary>
    public static void Fill(Span<byte> bytes, long sector, long version)
    {
        if (IsZeros(version))
        {
            bytes.Clear();
            return;
        }

        var words = MemoryMarshal.Cast<byte, long>(bytes);
        words[0] = version;
        for (var i = 1; i < words.Length; i++)
        {
            words[i] = Word(sector, version, i);
        }
    }

    /// <summary>The version that a sector is of; null: zeros.</summary>
    /// <exception cref="InvalidDataException">It is of none, or of several.</exception>
    public static long? Read(ReadOnlySpan<byte> bytes, long sector)
    {
        var version = BinaryPrimitives.ReadInt64LittleEndian(bytes);
        if (version == 0)
        {
            return bytes.IndexOfAnyExcept((byte)0) < 0 ? null : throw Torn(sector, version);
        }

        var words = MemoryMarshal.Cast<byte, long>(bytes[..Sectors.Size]);
        for (var i = 1; i < words.Length; i++)
        {
            if (words[i] != Word(sector, version, i))
            {
                throw Torn(sector, version);
            }
        }

        return version;
    }

    private static long Word(long sector, long version, int index) =>
        unchecked(((version * 0x9E3779B97F4A7C1L) ^ (sector << 20)) + index);

    private static InvalidDataException Torn(long sector, long version) =>
        new($"sector {sector} begins as version {version}, and goes on as something else");
}
