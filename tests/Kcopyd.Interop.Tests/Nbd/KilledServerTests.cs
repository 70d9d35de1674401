using System.Globalization;
using Kcopyd.Tests.Shared;
using Xunit.Abstractions;

namespace Kcopyd.Interop.Tests.Nbd;

/// <summary><c>kcopyd serve</c> is killed with SIGKILL while clients write, and started again.</summary>
/// <remarks><c>KCOPYD_KILLS</c> is how often; with <c>KCOPYD_SEED</c> the moments are drawn from that seed. The
/// machine's own timing no seed repeats.</remarks>
/// <param name="output">Takes what was done.</param>
public sealed class KilledServerTests(ITestOutputHelper output) : IDisposable
{
    private const int FewKills = 1;

    private const int MostWrites = 800;

    private readonly TempDirectory _files = new();

    /// <summary>The kinds of devices.</summary>
    public static TheoryData<string> Kinds => ["mirror", "origin", "snapshot"];

    public void Dispose() => _files.Dispose();

    [SkippableTheory]
    [MemberData(nameof(Kinds))]
    public async Task Nothing_acknowledged_is_lost(string kind)
    {
        Require.Programs("fio", "qemu-img");
        var disk = ServedDisk.Of(kind, _files, 32 << 20);
        await disk.MakeAsync();

        // fio writes to the second half.
        await KillAsync(disk, TempDirectory.Bytes(disk.Bytes, seed: 1)[..(disk.Bytes / 2)]);
    }

    [SkippableFact]
    public async Task Merge_goes_on_and_ends_with_all_that_was_in_the_snapshot_or_written_meanwhile()
    {
        Require.Programs("fio", "qemu-img", "nbdcopy");
        var merge = new ServedMerge(_files, "merge", 8 << 20);
        await merge.MakeAsync();

        var works = await KillAsync(merge, await File.ReadAllBytesAsync(merge.Image));

        Assert.Contains(works, static work => work.Contains("merge", StringComparison.Ordinal));
    }

    private static int? Number(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text
        ? int.Parse(text, CultureInfo.InvariantCulture)
        : null;

    /// <param name="disk">What is served.</param>
    /// <param name="before">What it holds at first, as far as numbered blocks are written; what is behind that fio
    /// writes to.</param>
    /// <returns>What was under way at each start after the first.</returns>
    private async Task<List<string>> KillAsync(ServedDisk disk, byte[] before)
    {
        var seed = Number("KCOPYD_SEED") ?? Random.Shared.Next();
        try
        {
            return await KillAsync(disk, new NumberedWriter(before), before.Length, new Random(seed));
        }
        catch (Exception cause)
        {
            throw new InvalidOperationException(
                $"Seed {seed} failed; KCOPYD_SEED={seed} draws the same moments. {cause.Message}", cause);
        }
    }

    private async Task<List<string>> KillAsync(ServedDisk disk, NumberedWriter writer, int numbered, Random random)
    {
        var works = new List<string>();
        var server = await KcopydServer.StartAsync(_files, disk);
        try
        {
            for (var left = Number("KCOPYD_KILLS") ?? FewKills; left > 0; left--)
            {
                var (seed, writes) = (random.Next(), random.Next(MostWrites) + 1);
                using var load = numbered < disk.Bytes
                    ? new FioLoad(server.Uri(disk.Name), seed, numbered, disk.Bytes - numbered)
                    : null;
                await KillAsync(server, writer.Write(server.Uri(disk.Name), seed, writes));
                await server.DisposeAsync();

                server = await KcopydServer.StartAsync(_files, disk);
                var status = await server.StatusAsync(disk.Name);
                works.Add(status.TryGetProperty("work", out var work) ? $"{work}" : "nothing");
                output.WriteLine($"killed after {writes} writes; under way is {works[^1]}");
                await writer.CheckAsync(server.Uri(disk.Name));
            }

            await disk.CheckAsync(server);
            await writer.CheckAsync(server.Uri(disk.Name));
            await server.TerminateAsync();
            return works;
        }
        finally
        {
            await server.DisposeAsync();
        }
    }

    private static async Task KillAsync(KcopydServer server, NumberedWrites writes)
    {
        await await Task.WhenAny(writes.Reached, writes.Ended);
        await server.KillAsync();
        await writes.Ended;
    }
}
