namespace Akka.Persistence;

/// <summary>A message between a persistent actor and a journal.</summary>
public interface IJournalMessage : IPersistenceMessage;
