using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Snapshots;

/// <summary>What tells the view of a snapshot from another: what tells its devices from others.</summary>
internal static class SnapshotViewIdentity
{
    /// <summary>The identity of a view.</summary>
    /// <param name="name">Its URI.</param>
    /// <param name="length">Its size in bytes.</param>
    /// <param name="origin">That of the origin.</param>
    /// <param name="cow">That of the COW device.</param>
    /// <param name="store">What the store holds, as <see cref="DigestOf"/> has it: block devices do not say when they
    /// were changed.</param>
    public static BlockDeviceIdentity Of(
        string name, long length, BlockDeviceIdentity origin, BlockDeviceIdentity cow, string store)
    {
        var marks = ImmutableSortedDictionary.CreateBuilder<string, string>();
        Add(marks, "origin", origin);
        Add(marks, "cow", cow);
        return new BlockDeviceIdentity(name, length, marks.ToImmutable())
        {
            Modified = $"origin {origin.Modified ?? "-"}, COW {cow.Modified ?? "-"}, store {store}",
        };
    }

    /// <summary>A number for which chunks are kept, and where: another store on the same device has another.</summary>
    public static string DigestOf(LoadedStore loaded)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> run = stackalloc byte[3 * sizeof(long)];
        Add(hash, run, loaded.Store.Layout.ChunkSectors, 0, loaded.Exceptions.Count);
        foreach (var exceptions in loaded.Exceptions.Runs())
        {
            Add(hash, run, exceptions.OldFirst, exceptions.NewFirst, exceptions.Count);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, sizeof(long)));
    }

    private static void Add(IncrementalHash hash, Span<byte> bytes, long first, long second, long third)
    {
        BinaryPrimitives.WriteInt64LittleEndian(bytes, first);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[sizeof(long)..], second);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[(2 * sizeof(long))..], third);
        hash.AppendData(bytes);
    }

    private static void Add(
        ImmutableSortedDictionary<string, string>.Builder marks, string role, BlockDeviceIdentity device)
    {
        foreach (var (key, value) in device.Marks)
        {
            marks.Add($"{role}.{key}", value);
        }
    }
}
