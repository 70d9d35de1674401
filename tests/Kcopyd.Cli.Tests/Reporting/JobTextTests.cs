using System.Collections.Immutable;
using Kcopyd.Actors.Copying;
using Kcopyd.Cli.Execution;
using Kcopyd.Cli.Planning;
using Kcopyd.Cli.Reporting;
using Kcopyd.Cli.Requests;
using Kcopyd.Core;
using Kcopyd.Core.Copying;

namespace Kcopyd.Cli.Tests.Reporting;

public sealed class JobTextTests
{
    private static readonly JournalPlace Default = new("/state/journal.db", false, "/state/locks");

    private static readonly TransferPlan Plan = new(SectorRange.Create(0, 8192), 4 << 20, []);

    [Fact]
    public void What_is_left_to_do_has_a_command()
    {
        Assert.Equal("to go on where it was: kcopyd resume j", Sentence(CopyOutcome.Cancelled));
        Assert.Contains(
            "when the cause is gone: kcopyd resume j",
            Sentence(CopyOutcome.Failed, CopyFailureKind.Mismatch, CopyFailureKind.Write),
            StringComparison.Ordinal);
        Assert.Equal(
            "to copy what differs again: kcopyd resume j", Sentence(CopyOutcome.Failed, CopyFailureKind.Mismatch));
        Assert.Null(Sentence(CopyOutcome.Completed));
    }

    [Fact]
    public void A_journal_that_was_given_is_in_the_command_and_a_password_is_not()
    {
        var place = Default with { Target = "/my state/it's.db", Given = "its.db" };
        var secret = new JournalPlace("Host=h;Password=p", true, "/l") { Given = "Host=h;Password=p" };

        Assert.Equal(@"kcopyd resume j --journal '/my state/it'\''s.db'", ResumeText.Command("j", place));
        Assert.DoesNotContain("Password", ResumeText.Command("j", secret), StringComparison.Ordinal);
        Assert.Contains("$KCOPYD_JOURNAL", ResumeText.Command("j", secret), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_safe_is_said_and_what_differs()
    {
        Assert.Equal(["resumes j: 1 MiB of 4 MiB are already safe"], Opening([], 1 << 20, 1 << 20));
        Assert.Equal(
            ["resumes j: 0 B to 1 MiB of 4 MiB are already safe, depending on the target"], Opening([], 0, 1 << 20));
        Assert.Equal(
            ["j begins a target afresh: the target t is not the same"], Opening(["the target t is not the same."], 0));
        Assert.Equal(
            ["j begins afresh: the source s is not the same"], Opening(["the source s is not the same"], 0));
        Assert.Contains("from the start", Assert.Single(Opening([], 0)), StringComparison.Ordinal);
    }

    [Fact]
    public void Names_that_are_most_alike_come_first()
    {
        string[] known = ["a1", "a2", "a3", "a4", "a5", "nightly"];

        Assert.Contains("there are nightly, a1", UnknownJob.Sentence("nightyl", known), StringComparison.Ordinal);
        Assert.Contains(" and 1 more", UnknownJob.Sentence("nightyl", known), StringComparison.Ordinal);
        Assert.Contains("the journal has none", UnknownJob.Sentence("x", []), StringComparison.Ordinal);
    }

    private static List<string> Opening(ImmutableArray<string> notices, params ImmutableArray<long> kept)
    {
        var progress = new CopyProgress(new CopyJobId("j"), CopyJobStatus.Running, new(4 << 20), new(0))
        {
            Notices = notices,
            Targets = [.. kept.Select(bytes =>
                new CopyTargetProgress("t", new(bytes), new(bytes), CopyTargetState.Good) { Kept = new(bytes) })],
        };
        return [.. OpeningText.Lines("j", Plan, [], progress)];
    }

    private static string? Sentence(CopyOutcome outcome, params CopyFailureKind[] failures) => ResumeText.Sentence(
        new CopyCompleted(new CopyJobId("j"), outcome, false, 0)
        {
            Details =
            [
                .. failures.Select(kind => new CopyFailure(kind, 0, SectorRange.Create(0, 8), 0, false, "It failed.")),
            ],
        },
        Default);
}
