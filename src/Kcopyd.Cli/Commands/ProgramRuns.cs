using System.Collections.Immutable;
using Kcopyd.Cli.Requests;

namespace Kcopyd.Cli.Commands;

/// <summary>Does what a command was given. Each returns the exit code.</summary>
/// <param name="Transfer">Of copy, zero and verify.</param>
/// <param name="Jobs">Of jobs.</param>
/// <param name="Resume">Of resume.</param>
/// <param name="Forget">Of forget: the journal and the names.</param>
/// <param name="Mirrors">Of mirror.</param>
/// <param name="Snapshots">Of snapshot.</param>
/// <param name="Serve">Of serve.</param>
/// <param name="Status">Of status.</param>
/// <param name="Demo">Of demo.</param>
internal sealed record ProgramRuns(
    Func<TransferRequest, Task<int>> Transfer,
    Func<JobsRequest, Task<int>> Jobs,
    Func<ResumeRequest, Task<int>> Resume,
    Func<JournalPlace, ImmutableArray<string>, Task<int>> Forget,
    MirrorRuns Mirrors,
    SnapshotRuns Snapshots,
    Func<ServeRequest, Task<int>> Serve,
    Func<StatusRequest, Task<int>> Status,
    Func<Task<int>> Demo);
