using System.Diagnostics;
using Kcopyd.Actors.Snapshots;
using Kcopyd.Core.Snapshots;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Tests.Snapshots;

/// <summary>Loads a store in a process of its own, whose heap has a limit.</summary>
internal static class StoreLoadProcess
{
    /// <summary>What asks the test program for it.</summary>
    public const string Argument = "load-store";

    /// <summary>How often it is loaded: the first times show how quickly code is compiled.</summary>
    private const int Times = 5;

    /// <summary>Loads the store, some times, and says what <see cref="StoreLoad"/> has.</summary>
    public static async Task<int> RunAsync(string cowPath, string tableLine)
    {
        var table = SnapshotTable.Parse(tableLine);
        await using var cow = await FileBlockDevice.OpenAsync(cowPath, new BlockDeviceOpenOptions(), default);
        var opening = new StoreOpening(table, table.Length, 1, StoreTrust.Strict, IsWritable: false);
        List<StoreLoad> loads = [];
        for (var time = 0; time < Times; time++)
        {
            loads.Add(Load(cow, opening));
        }

        Console.WriteLine(
            $"{loads[0].Count} {loads.Min(load => load.Milliseconds)} {loads.Min(load => load.ProcessorMilliseconds)} "
            + $"{loads.Max(load => load.KeptBytes)}");
        return 0;
    }

    /// <summary>Starts it.</summary>
    /// <param name="cowPath">The COW device.</param>
    /// <param name="table">What it is.</param>
    /// <param name="heapBytes">The most that the heap of the process may ever take; with more, it fails.</param>
    public static async Task<StoreLoad> StartAsync(
        string cowPath, SnapshotTable table, long heapBytes)
    {
        var start = new ProcessStartInfo(
            "dotnet", [typeof(Program).Assembly.Location, Argument, cowPath, table.ToString()])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOTNET_gcServer"] = "0";
        start.Environment["DOTNET_gcConcurrent"] = "0";
        start.Environment["DOTNET_GCHeapHardLimit"] = $"{heapBytes:x}";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var answer = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await errors);
        var numbers = answer.Split(' ').Select(long.Parse).ToArray();
        return new StoreLoad(numbers[0], numbers[1], numbers[2], numbers[3]);
    }

    /// <summary>On this stack, and not in a task, which would keep one store while the next is loaded.</summary>
    private static StoreLoad Load(FileBlockDevice cow, StoreOpening opening)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var (clock, processor) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
        var loaded = CowStoreAccess.LoadAsync(cow, opening, default).GetAwaiter().GetResult();
        var (wall, busy) = (clock.Elapsed, Environment.CpuUsage.TotalTime - processor);
        var kept = GC.GetTotalMemory(forceFullCollection: true) - before;
        return new StoreLoad(
            loaded.Exceptions.Count, (long)wall.TotalMilliseconds, (long)busy.TotalMilliseconds, kept);
    }
}
