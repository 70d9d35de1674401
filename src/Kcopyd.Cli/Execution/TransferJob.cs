using Kcopyd.Actors.Journaling;

namespace Kcopyd.Cli.Execution;

/// <summary>That a transfer is a journaled job.</summary>
/// <param name="Name">The job's name.</param>
/// <param name="Policy">What a device means that is not what was recorded.</param>
/// <param name="Session">The journal.</param>
internal sealed record TransferJob(string Name, JobStartPolicy Policy, JournalSession Session);
