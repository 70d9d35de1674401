namespace Akka.Persistence;

/// <summary>What a journal answers to a persistent actor.</summary>
public interface IJournalResponse : IJournalMessage;
