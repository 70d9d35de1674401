namespace Akka.Persistence.Sql.Databases;

/// <summary>What is known of the damage of one database, by all who use it in a system. Any thread may call.</summary>
internal sealed class SqlDamage
{
    private volatile string? _reason;

    /// <summary>Half a sentence; null while none was seen. The first stays.</summary>
    public string? Reason
    {
        get => _reason;
        set => _reason ??= value;
    }
}
