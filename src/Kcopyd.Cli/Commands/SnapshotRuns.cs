using Kcopyd.Cli.Requests;

namespace Kcopyd.Cli.Commands;

/// <summary>Does what a command about snapshots was given. Each returns the exit code. An export is a
/// transfer.</summary>
/// <param name="Create">Of snapshot create.</param>
/// <param name="Status">Of snapshot status.</param>
/// <param name="Read">Of snapshot read.</param>
/// <param name="Merge">Of snapshot merge.</param>
internal sealed record SnapshotRuns(
    Func<SnapshotOrder, Task<int>> Create,
    Func<SnapshotOrder, Task<int>> Status,
    Func<SnapshotOrder, Task<int>> Read,
    Func<SnapshotOrder, Task<int>> Merge);
