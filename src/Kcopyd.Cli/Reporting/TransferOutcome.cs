using System.Collections.Immutable;
using Kcopyd.Actors.Copying;
using Kcopyd.Cli.Planning;
using Kcopyd.Cli.Requests;

namespace Kcopyd.Cli.Reporting;

/// <summary>What came of a job, and all that is needed to say it.</summary>
/// <param name="Request">What was asked for.</param>
/// <param name="Plan">What was planned.</param>
/// <param name="Completed">What came of it.</param>
/// <param name="DoneBytes">How far the job was when it was last looked at.</param>
internal sealed record TransferOutcome(
    TransferRequest Request, TransferPlan Plan, CopyCompleted Completed, long DoneBytes)
{
    /// <summary>That the job or a target of it began afresh and why, a line each.</summary>
    internal ImmutableArray<string> Notices { get; init; } = [];

    /// <summary>Whether they were said when the job began.</summary>
    internal bool AreNoticesSaid { get; init; }

    /// <summary>Whether the job is in the journal under its name. One that was interrupted before it began is
    /// not.</summary>
    internal bool IsJournaled { get; init; }

    /// <summary>Whether the job is in the journal and its devices are as that says.</summary>
    internal bool IsResumable { get; init; }
}
