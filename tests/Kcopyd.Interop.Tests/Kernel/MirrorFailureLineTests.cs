using Kcopyd.Actors.Mirrors;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Core;
using Kcopyd.Core.Mirrors;
using Kcopyd.Devices;

namespace Kcopyd.Interop.Tests.Kernel;

/// <summary>What our mirrors say and log when legs and logs fail, beside what a stock kernel does: see
/// <see cref="MirrorKernelTests.Failing_legs_and_logs_show_in_the_golden_status"/>.</summary>
public sealed class MirrorFailureLineTests : IAsyncLifetime
{
    private const string HandleErrors = " 1 handle_errors";
    private const string KeepLog = " 2 handle_errors keep_log";
    private const int LogBytes = 4096;
    private const int ThirdRegion = 3 * 512 * Sectors.Size;

    private static readonly DeviceOperation[] Reads = [DeviceOperation.Read];
    private static readonly DeviceOperation[] Writes =
        [DeviceOperation.Write, DeviceOperation.WriteZeroes, DeviceOperation.Flush];

    private readonly MirrorsHere _here = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _here.DisposeAsync();

    [Theory]
    [InlineData("", "leg 1 takes no writes")]
    [InlineData(KeepLog, "leg 1 takes no writes")]
    [InlineData(HandleErrors, "a write is held")]
    public async Task M13_M14_M15_leg_that_takes_no_writes(string features, string label) => Assert.Equal(
        Golden(features, label),
        await SaidAsync(features, DeviceOperation.Write, [], Writes, logFails: false));

    [Fact]
    public async Task M19_no_leg_takes_writes() => Assert.Equal(
        Golden(KeepLog, "no leg is left"),
        await SaidAsync(KeepLog, DeviceOperation.Write, Writes, Writes, logFails: false));

    [Theory]
    [InlineData("")]
    [InlineData(HandleErrors)]
    public async Task M17_default_leg_that_cannot_be_read(string features) => Assert.Equal(
        Golden(features, "leg 0 cannot be read"),
        await SaidAsync(features, DeviceOperation.Read, Reads, [], logFails: false));

    [Theory]
    [InlineData("")]
    [InlineData(HandleErrors)]
    [InlineData(KeepLog)]
    public async Task M16_log_that_takes_no_marks(string features) => Assert.Equal(
        Golden(features, "the log is dead"),
        await SaidAsync(features, DeviceOperation.Write, [], [], logFails: true));

    // The letter differs on purpose. To the kernel the flush of a user is a write, and F is for its own flushes before
    // clean marks; we say what it was. Nothing was written before, so nothing is out of sync.
    [Theory]
    [InlineData("")]
    [InlineData(HandleErrors)]
    [InlineData(KeepLog)]
    public async Task M20_leg_that_refuses_a_flush_is_called_that(string features) => Assert.Equal(
        Golden(features, "leg 1 refuses a flush").Replace("AD", "AF", StringComparison.Ordinal),
        await SaidAsync(features, DeviceOperation.Flush, [], Writes, logFails: false));

    /// <summary>What the kernel says: the words after the label, and not whether there was an event.</summary>
    private static string Golden(string features, string label)
    {
        var lines = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Kernel/Golden/mirror-failures.txt"));
        var isMeant = false;
        foreach (var line in lines)
        {
            isMeant = line.StartsWith("== ", StringComparison.Ordinal)
                ? line.EndsWith($"nosync 2 /dev/mapper/a 0 /dev/mapper/b 0{features}", StringComparison.Ordinal)
                : isMeant;
            if (isMeant && line.StartsWith($"{label}: ", StringComparison.Ordinal))
            {
                return line[(label.Length + 2)..].Replace(" event", "", StringComparison.Ordinal);
            }
        }

        throw new InvalidDataException($"No line '{label}' with '{features}'.");
    }

    private static FaultyBlockDevice Failing(IBlockDevice device, DeviceOperation[] operations) => new(
        device,
        FaultPlan.Of(operations.Select(operation => new DeviceFault(operation).Forever())));

    /// <summary>Does one thing in region 3, which may be held, and says what the golden file does.</summary>
    private async Task<string> SaidAsync(
        string features, DeviceOperation operation, DeviceOperation[] leg0, DeviceOperation[] leg1, bool logFails)
    {
        var table = MirrorTable.Parse($"0 4096 mirror disk 3 c 512 nosync 2 a 0 b 0{features}");
        await using var log = new MemoryBlockDevice(new ByteCount(LogBytes));
        log.Write(0, MirrorLogFile.AllClean(new byte[LogBytes], 8), WriteDurability.Cached);
        var marks = SectorRange.Create(MirrorLogFile.BitsOffset / Sectors.Size, 1);
        var noMarks = FaultPlan.Of(logFails ? [DeviceFault.Within(DeviceOperation.Write, marks)] : []);
        var happened = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var mirror = await _here.CreateAsync(
            table,
            new MirrorParts(
                [Failing(new MemoryBlockDevice(2.MiB), leg0), Failing(new MemoryBlockDevice(2.MiB), leg1)],
                new FaultyBlockDevice(log, noMarks),
                AreOwned: false),
            new MirrorOptions { RepairsReads = false, OnNotice = _ => happened.TrySetResult() });

        var request = DoAsync(mirror, operation);
        await Task.WhenAny(Record.ExceptionAsync(() => request), happened.Task);

        var words = (await mirror.GetStatusAsync()).ToStatusLine(table).Split(' ');
        var bits = new byte[1];
        log.Read(MirrorLogFile.BitsOffset, bits);
        await mirror.DisposeAsync();
        await Record.ExceptionAsync(() => request);
        return $"{words[6]} {words[8]} {words[12]} bits {bits[0]:x2}";
    }

    private static Task DoAsync(MirrorDevice mirror, DeviceOperation operation) => operation switch
    {
        DeviceOperation.Read => mirror.ReadAsync(ThirdRegion, new byte[4096], default).AsTask(),
        DeviceOperation.Write =>
            mirror.WriteAsync(ThirdRegion, new byte[4096], WriteDurability.Cached, default).AsTask(),
        _ => mirror.FlushAsync(mirror.WriteEpoch, default).AsTask(),
    };
}
