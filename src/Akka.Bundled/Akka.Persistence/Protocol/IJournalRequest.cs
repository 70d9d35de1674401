namespace Akka.Persistence;

/// <summary>What a persistent actor asks of a journal.</summary>
public interface IJournalRequest : IJournalMessage;
