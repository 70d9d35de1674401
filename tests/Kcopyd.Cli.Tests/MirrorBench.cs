using System.Buffers.Binary;
using System.Numerics;
using System.Text.Json;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Cli.Tests;

/// <summary>Files of a mirror, and the program on them.</summary>
internal sealed class MirrorBench : IDisposable
{
    /// <summary>Where a log has its bits.</summary>
    private const int BitsOffset = 1024;

    public TempDirectory Files { get; } = new();

    public string Log => Files["log"];

    /// <summary>A table line over legs from sector 0 on, with a disk log.</summary>
    public string Table(long sectors, int region, params string[] legs) =>
        $"0 {sectors} mirror disk 2 {Log} {region} {legs.Length} {string.Join(' ', legs.Select(leg => $"{leg} 0"))}";

    /// <summary>Runs <c>kcopyd mirror</c> to its end.</summary>
    public static Task<ProgramResult> RunAsync(string command, string table, params string[] options) =>
        KcopydProgram.RunAsync(["mirror", command, "--table", table, .. options]);

    /// <summary>Starts <c>kcopyd mirror</c>.</summary>
    public static RunningProgram Start(string command, string table, params string[] options) =>
        KcopydProgram.Start(["mirror", command, "--table", table, .. options]);

    /// <summary>Makes the log, and asserts that it was made.</summary>
    public static async Task CreateAsync(string table, params string[] options) =>
        (await RunAsync("create", table, options)).IsDone();

    /// <summary>Regions that the log calls clean.</summary>
    public long CleanRegions()
    {
        using var file = UnlockedFile.OpenRead(Log);
        var bits = new byte[RandomAccess.GetLength(file) - BitsOffset];
        RandomAccess.Read(file, bits, BitsOffset);
        return bits.Sum(bits => BitOperations.PopCount(bits));
    }

    /// <summary>A log as dm-mirror has it, of whole blocks.</summary>
    public void WriteLog(uint magic, uint version, ulong regions, int length = 4096)
    {
        var bytes = new byte[length];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, magic);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), version);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8), regions);
        File.WriteAllBytes(Log, bytes);
    }

    /// <summary>Waits for a line of progress that has so many regions done; the lines are JSON.</summary>
    public static async Task UntilDoneAsync(RunningProgram running, long regions)
    {
        long done;
        do
        {
            using var line = JsonDocument.Parse(await running.NextErrorLineAsync());
            done = line.RootElement.GetProperty("regionsDone").GetInt64();
        }
        while (done < regions);
    }

    /// <summary>Asserts that a refusal changes no file and no directory entry.</summary>
    public async Task RefusesAsync(string command, string table, params string[] words)
    {
        var before = Everything();
        var result = await RunAsync(command, table);

        result.IsRefusal(words);
        Assert.Equal(before, Everything());
    }

    /// <summary>Every file and the bytes of it.</summary>
    public SortedDictionary<string, string> Everything() => new(Directory.EnumerateFiles(Files.Path).ToDictionary(
        path => path,
        path => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path)))));

    public void Dispose() => Files.Dispose();
}
