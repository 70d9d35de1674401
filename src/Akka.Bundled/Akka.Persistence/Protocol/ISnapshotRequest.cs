namespace Akka.Persistence;

/// <summary>What a persistent actor asks of a snapshot store.</summary>
public interface ISnapshotRequest : ISnapshotMessage;
