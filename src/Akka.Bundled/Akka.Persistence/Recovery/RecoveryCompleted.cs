namespace Akka.Persistence;

/// <summary>What a persistent actor receives last in its recovery, before its first command.</summary>
public sealed class RecoveryCompleted
{
    private RecoveryCompleted()
    {
    }

    /// <summary>The one instance.</summary>
    public static RecoveryCompleted Instance { get; } = new();
}
