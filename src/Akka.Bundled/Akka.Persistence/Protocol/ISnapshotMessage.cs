namespace Akka.Persistence;

/// <summary>A message between a persistent actor and a snapshot store.</summary>
public interface ISnapshotMessage : IPersistenceMessage;
