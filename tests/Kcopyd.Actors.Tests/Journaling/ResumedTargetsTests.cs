using System.Collections.Immutable;
using Kcopyd.Actors.Copying;
using Kcopyd.Actors.Journaling;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Core;
using Kcopyd.Core.Copying;
using Kcopyd.Devices;
using static Kcopyd.Actors.Tests.Copying.Devices;

namespace Kcopyd.Actors.Tests.Journaling;

/// <summary>A resume whose targets are at different positions, or not what they were.</summary>
public sealed class ResumedTargetsTests : IDisposable
{
    private const int Pages = 64;

    private const int PageSectors = 8;

    private readonly JournaledSimulation _simulation = new();
    private readonly MemoryBlockDevice _other = Target(JournaledSimulation.Length);

    public void Dispose() => _simulation.Dispose();

    // pages     0      16      32      48      64
    // first     xxxxxxxx               xxxxxxxx    x: kept
    // second            xxxxxxxxxxxxxxx
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Each_segment_is_read_once_and_written_to_the_targets_that_miss_it_alone(bool isSequential)
    {
        var request = Request();
        request = request with { Options = request.Options with { WriteSequential = isSequential } };
        _simulation.Leave(request, [PagesAt(0, 16), PagesAt(48, 16)], [PagesAt(16, 32)]);

        var completed = _simulation.Client().Run(request);

        AssertGood(completed);
        AssertPages(_simulation.Target, 16..48, SourceSeed);
        AssertPages(_simulation.Target, 0..16, TargetSeed); // what is kept is believed
        Assert.Equal(SectorsOf(PagesAt(16, 32)), _simulation.Sectors("first", DeviceOperation.Write));
        Assert.Equal(
            SectorsOf(PagesAt(0, 16), PagesAt(48, 16)), _simulation.Sectors("second", DeviceOperation.Write));
        Assert.Equal(SectorsOf(PagesAt(0, Pages)), _simulation.Sectors("source", DeviceOperation.Read));
        Assert.All(completed.Targets, target => Assert.Equal(32 * 4096, target.BytesKept));
    }

    [Theory]
    [InlineData("same", JobStartPolicy.Continue, 32, 32)]
    [InlineData("same", JobStartPolicy.BeginAfresh, 64, 64)]
    [InlineData("replaced", JobStartPolicy.Continue, null, null)]
    [InlineData("replaced", JobStartPolicy.ContinueOrBeginAfresh, 64, 32)]
    [InlineData("replaced", JobStartPolicy.BeginAfresh, 64, 64)]
    [InlineData("replaced", JobStartPolicy.Trust, 32, 32)]
    [InlineData("shrunk", JobStartPolicy.Continue, null, null)]
    [InlineData("shrunk", JobStartPolicy.ContinueOrBeginAfresh, 64, 32)]
    [InlineData("source", JobStartPolicy.Continue, null, null)]
    [InlineData("source", JobStartPolicy.ContinueOrBeginAfresh, 64, 64)]
    [InlineData("source", JobStartPolicy.Trust, 32, 32)]
    [InlineData("created", JobStartPolicy.Continue, 64, 32)]
    [InlineData("created", JobStartPolicy.Trust, 64, 32)]
    public void Device_that_is_not_what_it_was_means_what_the_policy_says(
        string change, JobStartPolicy policy, int? firstPages, int? secondPages)
    {
        _simulation.Leave(Request(), [PagesAt(0, 32)], [PagesAt(32, 32)]);
        var request = Request(change) with
        {
            Journaling = new JobJournaling
            {
                Policy = policy,
                Created = change == "created" ? TargetMask.Of(0) : TargetMask.None,
            },
        };
        var completed = _simulation.Client().Run(request);

        if (firstPages is null)
        {
            AssertBlocked(completed);
            return;
        }

        AssertGood(completed);
        Assert.Equal(firstPages * PageSectors, _simulation.Sectors("first", DeviceOperation.Write).Count);
        Assert.Equal(secondPages * PageSectors, _simulation.Sectors("second", DeviceOperation.Write).Count);
        var tells = firstPages == 64 && policy != JobStartPolicy.BeginAfresh && change != "created";
        Assert.True(!tells || completed.Notices.Length == 1, $"{completed.Notices.Length} notices");
    }

    [Fact]
    public void Target_that_was_dropped_stays_dropped_when_the_job_is_resumed()
    {
        var request = Request();
        _simulation.Leave(request, [PagesAt(0, 32)], [PagesAt(0, 32)]);
        Drop(TargetMask.Of(1));

        var completed = _simulation.Client().Run(request);

        Assert.Equal(CopyOutcome.CompletedWithErrors, completed.Outcome);
        Assert.Equal(CopyTargetState.Dropped, completed.Targets[1].State);
        Assert.Empty(_simulation.Sectors("second", DeviceOperation.Write));
        Assert.Equal(SectorsOf(PagesAt(32, 32)), _simulation.Sectors("first", DeviceOperation.Write));
    }

    [Fact]
    public void Job_without_any_target_left_is_not_complete()
    {
        var request = Request();
        _simulation.Leave(request, [PagesAt(0, 32)], [PagesAt(0, 32)]);
        Drop(TargetMask.All(2));

        AssertBlocked(_simulation.Client().Run(request));

        var again = request with
        {
            Journaling = new JobJournaling { Policy = JobStartPolicy.ContinueOrBeginAfresh },
        };
        var completed = _simulation.Client().Run(again);
        AssertGood(completed);
        Assert.Equal(["every target was dropped"], completed.Notices.AsEnumerable());
        AssertCopied(_simulation.Target);
        AssertCopied(_other);
    }

    private static SectorRange PagesAt(int first, int count) =>
        SectorRange.Create(first * PageSectors, count * PageSectors);

    private static IEnumerable<long> SectorsOf(params IEnumerable<SectorRange> ranges) =>
        JobModel.Sectors(ranges).Order();

    private void AssertBlocked(CopyCompleted completed)
    {
        Assert.Equal(CopyOutcome.Blocked, completed.Outcome);
        var failure = completed.Details[^1];
        Assert.Equal(CopyFailureKind.Changed, failure.Kind);
        Assert.Empty(_simulation.Log.Entries);
        Assert.Equal((JobStanding.Blocked, failure.Reason), (_simulation.Record.Standing, _simulation.Record.Reason));
    }

    private void Drop(TargetMask targets)
    {
        var at = _simulation.Simulation.System.Scheduler.Now;
        _simulation.AppendAsOther(
            new JobEvent.Checkpoint(1, 2, at)
            {
                WriteErrors = targets,
                Dropped = targets,
                FailureCount = 1,
                Failures = [new CopyFailure(CopyFailureKind.Write, 1, PagesAt(32, 1), 5, false, "It failed.")],
            },
            new JobEvent.RunEnded(1, JobStanding.Failed, "It failed.", at));
    }

    /// <summary>The copy to two targets, one device of which may have changed.</summary>
    private CopyRequest Request(string change = "same")
    {
        var source = As(_simulation.Source, "source", change == "source" ? Touched : Same);
        var first = As(_simulation.Target, "first", change switch
        {
            "replaced" => Replaced,
            "shrunk" => Shrunk,
            _ => Same,
        });
        return JournaledSimulation.Request(Devices(), source, first, As(_other, "second", Same));
    }

    private static CopyOptions Devices() => new() { SegmentSize = 4.KiB };

    private static BlockDeviceIdentity Same(BlockDeviceIdentity identity) => identity with { Modified = "1" };

    private static BlockDeviceIdentity Touched(BlockDeviceIdentity identity) => identity with { Modified = "2" };

    private static BlockDeviceIdentity Replaced(BlockDeviceIdentity identity) =>
        identity with { Marks = ImmutableSortedDictionary<string, string>.Empty.Add("memory", "another") };

    private static BlockDeviceIdentity Shrunk(BlockDeviceIdentity identity) =>
        identity with { LengthBytes = identity.LengthBytes - Sectors.Size };

    private Identified As(
        MemoryBlockDevice device, string name, Func<BlockDeviceIdentity, BlockDeviceIdentity> identity) =>
        new Identified(_simulation.On(device, name), identity(device.Identity));

    private sealed class Identified(IBlockDevice inner, BlockDeviceIdentity identity) : DelegatingBlockDevice(inner)
    {
        public override BlockDeviceIdentity Identity => identity;
    }
}
