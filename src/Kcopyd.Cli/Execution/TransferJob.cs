using Kcopyd.Actors.Journaling;
using Kcopyd.Cli.Planning;

namespace Kcopyd.Cli.Execution;

/// <summary>That a transfer is a journaled job.</summary>
/// <param name="Name">The job's name.</param>
/// <param name="Policy">What a device means that is not what was recorded.</param>
/// <param name="Session">The journal.</param>
/// <param name="Beginning">What is done about an unfinished one of that name.</param>
internal sealed record TransferJob(
    string Name, JobStartPolicy Policy, JournalSession Session, JobBeginning Beginning);
