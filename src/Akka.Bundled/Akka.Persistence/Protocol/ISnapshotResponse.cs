namespace Akka.Persistence;

/// <summary>What a snapshot store answers to a persistent actor.</summary>
public interface ISnapshotResponse : ISnapshotMessage;
