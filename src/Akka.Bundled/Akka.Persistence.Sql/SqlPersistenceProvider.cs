using Akka.Actor;

namespace Akka.Persistence.Sql;

/// <summary>Makes the <see cref="SqlPersistence"/> of a system.</summary>
public sealed class SqlPersistenceProvider : ExtensionIdProvider<SqlPersistence>
{
    /// <inheritdoc />
    public override SqlPersistence CreateExtension(ExtendedActorSystem system) => new(system);
}
