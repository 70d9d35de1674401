namespace Akka.Bundled.Tests.Sql;

/// <summary>The tests that share a server.</summary>
[CollectionDefinition("PostgreSQL")]
public sealed class PostgresCollection : ICollectionFixture<PostgresFixture>;
