namespace Akka.Persistence;

/// <summary>How much an actor recovers.</summary>
public interface IPersistenceRecovery
{
    /// <summary>What the actor recovers when it starts and restarts.</summary>
    Recovery Recovery { get; }
}
