using System.Collections.Immutable;
using Kcopyd.Actors.Journaling;
using Kcopyd.Core.Copying;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Tests.Journaling;

public sealed class JobAdmissionTests
{
    private static readonly JobDescription Wanted =
        new(CopyJobKind.Copy, 100, new JobRegion("/s"), [new("/a"), new("/b")]);

    private static readonly JobDevices Found = new(Device("/s", 1), [Device("/a", 2), Device("/b", 3)]);

    [Fact]
    public void Nothing_known_is_a_new_job() => Assert.Equal(
        (true, true, null), Summary(Decide(new JobRecord(), Found)));

    [Theory]
    [InlineData(JobStanding.Completed)]
    [InlineData(JobStanding.CompletedWithErrors)]
    public void A_job_that_is_over_makes_room_for_any_of_its_name(JobStanding over)
    {
        var another = new JobDescription(CopyJobKind.Zero, 5, null, [new("/z")]);
        var admission = JobAdmission.Decide(
            Known(over), another, new JobDevices(null, [Device("/z", 9)]), JobStartPolicy.Continue, TargetMask.None);
        Assert.Equal((true, null, TargetMask.Of(0)), (admission.IsNew, admission.Refusal, admission.Afresh));
    }

    [Theory]
    [InlineData(JobStartPolicy.Continue)]
    [InlineData(JobStartPolicy.ContinueOrBeginAfresh)]
    [InlineData(JobStartPolicy.BeginAfresh)]
    [InlineData(JobStartPolicy.Trust)]
    public void Another_job_of_the_name_of_one_that_is_not_over_is_refused_and_not_blocked(JobStartPolicy policy)
    {
        var admission = JobAdmission.Decide(
            Known(JobStanding.Failed), Wanted with { SectorCount = 99 }, Found, policy, TargetMask.None);
        Assert.Contains("copy of /s to /a, /b, 100 sectors", admission.Refusal, StringComparison.Ordinal);
        Assert.False(admission.IsBlocked);
    }

    [Theory]
    [InlineData(JobStartPolicy.Continue, 0b00)]
    [InlineData(JobStartPolicy.ContinueOrBeginAfresh, 0b00)]
    [InlineData(JobStartPolicy.BeginAfresh, 0b11)]
    [InlineData(JobStartPolicy.Trust, 0b00)]
    public void The_same_devices_continue_unless_all_is_to_begin_afresh(JobStartPolicy policy, ulong afresh)
    {
        var admission = Decide(Known(JobStanding.Interrupted), Found, policy);
        Assert.Equal((false, afresh, null), (admission.IsNew, admission.Afresh.Bits, admission.Refusal));
        Assert.Empty(admission.Notices);
    }

    [Theory]
    [InlineData(JobStanding.Running)]
    [InlineData(JobStanding.Interrupted)]
    [InlineData(JobStanding.Failed)]
    [InlineData(JobStanding.Blocked)]
    public void Any_job_that_is_not_over_continues(JobStanding standing) =>
        Assert.Null(Decide(Known(standing), Found).Refusal);

    public static TheoryData<string, string, ulong> Differences => new()
    {
        { "source inode", "the source /s is not the same: its inode is 9, not 1", 0b11 },
        { "source shorter", "the source /s is not the same: it is 999 bytes long, not 1000", 0b11 },
        { "source longer", "the source /s is not the same: it is 1001 bytes long, not 1000", 0b11 },
        { "source changed", "the source /s is not the same: it was changed since", 0b11 },
        { "target inode", "the target /b is not the same: its inode is 9, not 3", 0b10 },
        { "target shorter", "the target /a is not the same: it is 999 bytes long, not 1000", 0b01 },
        {
            "both",
            "the source /s is not the same: it was changed since; the target /b is not the same: its inode is 9, not 3",
            0b11
        },
    };

    [Theory]
    [MemberData(nameof(Differences))]
    public void A_difference_blocks_begins_afresh_or_is_trusted(string what, string sentence, ulong afresh)
    {
        var (known, found) = (Known(JobStanding.Interrupted), With(what));

        var blocked = Decide(known, found);
        Assert.Equal((sentence, true), (blocked.Refusal, blocked.IsBlocked));

        var begun = Decide(known, found, JobStartPolicy.ContinueOrBeginAfresh);
        Assert.Equal((false, afresh, null), (begun.IsNew, begun.Afresh.Bits, begun.Refusal));
        Assert.Equal(sentence, string.Join("; ", begun.Notices));

        Assert.Equal((false, false, null), Summary(Decide(known, found, JobStartPolicy.Trust)));
        Assert.Equal((false, true, null), Summary(Decide(known, found, JobStartPolicy.BeginAfresh)));
    }

    [Theory]
    [InlineData("target longer")]
    [InlineData("target changed")]
    public void A_target_may_have_grown_and_been_written(string what) =>
        Assert.Equal((false, false, null), Summary(Decide(Known(JobStanding.Interrupted), With(what))));

    [Theory]
    [InlineData(JobStartPolicy.Continue)]
    [InlineData(JobStartPolicy.ContinueOrBeginAfresh)]
    [InlineData(JobStartPolicy.Trust)]
    public void A_target_that_was_created_for_this_run_holds_nothing(JobStartPolicy policy)
    {
        var admission = JobAdmission.Decide(
            Known(JobStanding.Running), Wanted, Found, policy, created: TargetMask.Of(1));
        Assert.Equal((TargetMask.Of(1), null), (admission.Afresh, admission.Refusal));
    }

    [Fact]
    public void A_job_that_never_ran_begins_with_everything()
    {
        var record = new JobRecord();
        record.Apply(new JobEvent.Created(Wanted, default));
        Assert.Equal((false, true, null), Summary(Decide(record, Found)));
    }

    [Fact]
    public void A_job_that_was_created_anew_is_not_compared_with_the_runs_of_the_earlier_one()
    {
        var record = Known(JobStanding.Completed);
        var another = Wanted with { Targets = [.. Wanted.Targets, new JobRegion("/c")] };
        record.Apply(new JobEvent.Created(another, default));

        var found = Found with { Targets = [.. Found.Targets, Device("/c", 4)] };
        var admission = JobAdmission.Decide(record, another, found, JobStartPolicy.Continue, TargetMask.None);

        Assert.Equal((false, TargetMask.All(3), null), (admission.IsNew, admission.Afresh, admission.Refusal));
    }

    private static JobAdmission Decide(
        JobRecord record, JobDevices found, JobStartPolicy policy = JobStartPolicy.Continue) =>
        JobAdmission.Decide(record, Wanted, found, policy, TargetMask.None);

    private static (bool IsNew, bool IsAllAfresh, string? Refusal) Summary(JobAdmission admission) =>
        (admission.IsNew, admission.Afresh == TargetMask.All(2), admission.Refusal);

    private static JobRecord Known(JobStanding standing)
    {
        var record = new JobRecord();
        record.Apply(new JobEvent.Created(Wanted, default));
        record.Apply(new JobEvent.RunStarted(1, default)
        {
            Run = "r",
            Runner = "here",
            Options = CopyOptions.Default,
            Source = Found.Source,
            Targets = Found.Targets,
        });
        record.Apply(new JobEvent.RunEnded(1, standing, "", default));
        return record;
    }

    private static JobDevices With(string difference)
    {
        var (source, first, second) = (Found.Source!, Found.Targets[0], Found.Targets[1]);
        return difference switch
        {
            "source inode" => Found with { Source = Device("/s", 9) },
            "source shorter" => Found with { Source = source with { LengthBytes = 999 } },
            "source longer" => Found with { Source = source with { LengthBytes = 1_001 } },
            "source changed" => Found with { Source = source with { Modified = "later" } },
            "target inode" => Found with { Targets = [first, Device("/b", 9)] },
            "target shorter" => Found with { Targets = [first with { LengthBytes = 999 }, second] },
            "target longer" => Found with { Targets = [first with { LengthBytes = 1_001 }, second] },
            "target changed" => Found with { Targets = [first with { Modified = "later" }, second] },
            _ => Found with { Source = source with { Modified = "later" }, Targets = [first, Device("/b", 9)] },
        };
    }

    private static BlockDeviceIdentity Device(string uri, int inode) =>
        new(uri, 1_000, ImmutableSortedDictionary<string, string>.Empty.Add("inode", $"{inode}"))
        {
            Modified = "then",
        };
}
