namespace Akka.Persistence;

/// <summary>Response: no snapshot could be loaded.</summary>
/// <param name="Cause">Why.</param>
public sealed record LoadSnapshotFailed(Exception Cause) : ISnapshotResponse;
