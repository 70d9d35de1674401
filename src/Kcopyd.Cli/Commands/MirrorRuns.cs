using Kcopyd.Cli.Requests;

namespace Kcopyd.Cli.Commands;

/// <summary>Does what a command about mirrors was given. Each returns the exit code.</summary>
/// <param name="Create">Of mirror create.</param>
/// <param name="Sync">Of mirror sync.</param>
/// <param name="Status">Of mirror status.</param>
/// <param name="Check">Of mirror check.</param>
internal sealed record MirrorRuns(
    Func<MirrorOrder, Task<int>> Create,
    Func<MirrorOrder, Task<int>> Sync,
    Func<MirrorOrder, Task<int>> Status,
    Func<MirrorOrder, Task<int>> Check);
