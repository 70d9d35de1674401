using System.Buffers.Binary;
using System.Security.Cryptography;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Cli.Tests;

/// <summary>Files of a snapshot, and the program on them.</summary>
/// <remarks>Exceptions are put into the store by hand, as the kernel's description has it, so that what the program
/// reads is not what it wrote.</remarks>
internal sealed class SnapshotBench : IDisposable
{
    private const int EntrySize = 16;

    private readonly int _chunkBytes;
    private int _exceptions;

    public SnapshotBench(int originSectors, int chunkSectors)
    {
        (Sectors, _chunkBytes) = (originSectors, chunkSectors * 512);
        Origin = Files.File("origin", originSectors * 512, seed: 1);
        Before = File.ReadAllBytes(Origin);
    }

    public TempDirectory Files { get; } = new();

    public string Origin { get; }

    public string Cow => Files["cow"];

    /// <summary>What the origin held when the snapshot was made.</summary>
    public byte[] Before { get; }

    /// <summary>The table, which leaves the chunk size to the store.</summary>
    public string Table => TableOf(0);

    /// <summary>The length of the origin.</summary>
    public int Sectors { get; }

    private int ChunkSectors => _chunkBytes / 512;

    private int EntriesPerArea => _chunkBytes / EntrySize;

    /// <summary>The table with a chunk size.</summary>
    public string TableOf(int chunkSectors, string target = "snapshot", string kind = "P") =>
        $"0 {Sectors} {target} {Origin} {Cow} {kind} {chunkSectors}";

    /// <summary>Runs <c>kcopyd snapshot</c> to its end.</summary>
    public static Task<ProgramResult> RunAsync(string command, string table, params string[] words) =>
        KcopydProgram.RunAsync(["snapshot", command, "--table", table, .. words]);

    /// <summary>Makes a store with chunks of the bench's size, and asserts that it was made.</summary>
    public async Task CreateAsync(int cowSectors) =>
        (await RunAsync("create", TableOf(ChunkSectors), "--size", $"{cowSectors}s")).IsDone();

    /// <summary>Changes chunks of the origin; what they held is in the store then.</summary>
    public void Overwrite(params IEnumerable<int> chunks)
    {
        using var origin = File.OpenHandle(Origin, FileMode.Open, FileAccess.ReadWrite);
        using var cow = File.OpenHandle(Cow, FileMode.Open, FileAccess.ReadWrite);
        var entry = new byte[EntrySize];
        foreach (var chunk in chunks)
        {
            var (area, index) = Math.DivRem(_exceptions++, EntriesPerArea);
            var areaChunk = 1L + (area * (EntriesPerArea + 1L));
            var target = areaChunk + 1 + index;
            var length = Math.Min(_chunkBytes, Before.Length - (chunk * _chunkBytes));
            RandomAccess.Write(cow, Before.AsSpan(chunk * _chunkBytes, length), target * _chunkBytes);
            BinaryPrimitives.WriteInt64LittleEndian(entry, chunk);
            BinaryPrimitives.WriteInt64LittleEndian(entry.AsSpan(sizeof(long)), target);
            RandomAccess.Write(cow, entry, (areaChunk * _chunkBytes) + (index * EntrySize));
            RandomAccess.Write(origin, TempDirectory.Bytes(length, chunk + 100), (long)chunk * _chunkBytes);
        }
    }

    /// <summary>Entries of the store that are in use.</summary>
    public int Entries()
    {
        using var cow = UnlockedFile.OpenRead(Cow);
        var entry = new byte[EntrySize];
        for (var count = 0; ; count++)
        {
            var (area, index) = Math.DivRem(count, EntriesPerArea);
            var areaChunk = 1L + (area * (EntriesPerArea + 1L));
            RandomAccess.Read(cow, entry, (areaChunk * _chunkBytes) + (index * EntrySize));
            if (BinaryPrimitives.ReadInt64LittleEndian(entry.AsSpan(sizeof(long))) == 0)
            {
                return count;
            }
        }
    }

    /// <summary>Writes a number into the store's bytes.</summary>
    public void Put(long at, ulong value, int bytes = sizeof(uint))
    {
        var all = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(all, value);
        using var cow = File.OpenHandle(Cow, FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.Write(cow, all.AsSpan(0, bytes), at);
    }

    /// <summary>Runs <c>kcopyd snapshot read</c> into a file.</summary>
    public async Task<byte[]> ReadAsync(string table, string options = "")
    {
        var target = Files[$"read-{Guid.NewGuid():n}"];
        var result = await KcopydProgram.RunInShellAsync(
            $"{KcopydProgram.Path} snapshot read --table '{table}' {options} > {target}");
        result.IsDone();
        var bytes = File.ReadAllBytes(target);
        File.Delete(target);
        return bytes;
    }

    /// <summary>Asserts that a refusal changes no file and no directory entry.</summary>
    public async Task RefusesAsync(string command, string table, params string[] words)
    {
        var before = Everything();
        string[] targets = command == "export" ? [Files["target"]] : [];
        var result = await RunAsync(command, table, targets);

        result.IsRefusal(words);
        Assert.Equal(before, Everything());
    }

    /// <summary>Every file and the bytes of it.</summary>
    public SortedDictionary<string, string> Everything() => new(
        Directory.EnumerateFiles(Files.Path).ToDictionary(path => path, Hash), StringComparer.Ordinal);

    public void Dispose() => Files.Dispose();

    private static string Hash(string path) =>
        Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path)));
}
