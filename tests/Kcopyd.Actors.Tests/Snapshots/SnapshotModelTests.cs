using System.Globalization;
using Kcopyd.Actors.Snapshots;
using Kcopyd.Actors.Tests.Copying;
using Kcopyd.Actors.Tests.Mirrors;
using Kcopyd.Core;
using Kcopyd.Core.Snapshots;
using Kcopyd.Devices;
using Xunit.Abstractions;

namespace Kcopyd.Actors.Tests.Snapshots;

/// <summary>An origin and its snapshots under load by real threads, against a plain model in memory.</summary>
/// <remarks>What is asked for follows from the seed; the order does not. <c>KCOPYD_OPERATIONS</c> is how many
/// operations a run has, instead of the few that suit every build.</remarks>
public sealed class SnapshotModelTests(ITestOutputHelper output) : Akka.TestKit.Xunit2.TestKit
{
    private const string OperationsVariable = "KCOPYD_OPERATIONS";

    private const int SectorCount = 2048;

    private const int Writers = 8;

    private static readonly int Operations =
        Environment.GetEnvironmentVariable(OperationsVariable) is { Length: > 0 } text
        ? int.Parse(text, CultureInfo.InvariantCulture)
        : 40_000;

    /// <summary>A minute, and ten milliseconds for each operation: nothing that works takes so long.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1) + TimeSpan.FromMilliseconds(10L * Operations);

    [Fact]
    public Task Everything_read_is_what_a_plain_device_would_have() => SeededRuns.RunAsync(1, RunAsync);

    private async Task RunAsync(int seed)
    {
        output.WriteLine($"seed {seed}, {Operations} operations");
        var device = new MemoryBlockDevice(new ByteCount(SectorCount * Sectors.Size));
        var origin = OriginDevice.Create(
            Sys,
            new LatentDevice(new SerialDevice(device), seed),
            isOwned: false,
            new OriginOptions { PageBudget = 8.KiB });
        var model = new ModelDevice(0, SectorCount) { Device = origin, DiscardsAreZeros = true };
        Fill(device, model);
        var run = new ModelRun(Writers, SectorCount, Operations) { Origin = model };
        var writers = Enumerable.Range(0, Writers).Select(index => new ModelWriter(run, index, seed)).ToList();
        var conductor = new ModelConductor(run, origin, writers, seed);

        var load = Task.WhenAll(writers.Select(writer => Task.Run(writer.RunAsync)));
        var conducted = ConductAsync(run, conductor, load);
        await Task.WhenAll(load, conducted).WaitAsync(Patience);

        await model.CloseAsync().WaitAsync(Patience);
        await run.CheckAllAsync(model).WaitAsync(Patience);
        await CheckSnapshotsAsync(run, conductor, device).WaitAsync(Patience);
        model.Device = device;
        await run.CheckAllAsync(model);
        output.WriteLine(conductor.Summary);
        Assert.True(conductor.Merges > 0);
    }

    private static async Task ConductAsync(ModelRun run, ModelConductor conductor, Task load)
    {
        try
        {
            await conductor.RunAsync(load);
        }
        catch
        {
            run.Fail();
            throw;
        }
    }

    /// <summary>They are what they have to be, and those with a store still are when they are loaded again.</summary>
    private async Task CheckSnapshotsAsync(ModelRun run, ModelConductor conductor, MemoryBlockDevice device)
    {
        foreach (var model in run.Snapshots)
        {
            await run.CheckAllAsync(model);
        }

        await run.Origin.Device.DisposeAsync();
        var again = OriginDevice.Create(Sys, device);
        foreach (var (model, cow) in conductor.Cows)
        {
            if (ModelConductor.SnapshotOf(model).Table.StoreKind == SnapshotStoreKind.Transient)
            {
                continue;
            }

            model.Device = await again.AddSnapshotAsync(ModelConductor.SnapshotOf(model).Table, cow);
            await run.CheckAllAsync(model);
        }

        await again.DisposeAsync();
    }

    private static void Fill(MemoryBlockDevice device, ModelDevice model)
    {
        var bytes = new byte[Sectors.Size];
        for (var sector = 0; sector < SectorCount; sector++)
        {
            ModelVersion.Fill(bytes, sector, ModelVersion.First);
            device.Write(Sectors.ToBytes(sector), bytes, WriteDurability.Cached);
            model.Set(sector, ModelVersion.First);
        }
    }
}
