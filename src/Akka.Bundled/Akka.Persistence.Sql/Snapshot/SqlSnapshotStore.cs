using Akka.Actor;
using Akka.Configuration;
using Akka.Persistence.Snapshot;
using Akka.Persistence.Sql.Databases;
using Akka.Persistence.Sql.Threads;

namespace Akka.Persistence.Sql.Snapshot;

/// <summary>The snapshot store in a SQL database: SQLite or PostgreSQL.</summary>
/// <remarks>One thread reads and writes. A snapshot is confirmed after its commit is on stable storage, as what
/// follows is often the deletion of the events before it. A crash loses the requests that wait; their actors hear that
/// they failed, or recover.</remarks>
public class SqlSnapshotStore : SnapshotStore
{
    /// <summary>Requests that may wait for the thread: the default of the journal's buffer-size.</summary>
    private const int BufferSize = 5000;

    private static readonly TimeSpan StopBound = TimeSpan.FromSeconds(5);

    private readonly PayloadCodec _codec;
    private readonly SqlQueue _queue = new(BufferSize);
    private readonly SqlThread _thread;

    /// <summary>Starts the store.</summary>
    /// <param name="snapshotConfig">Its settings; what they lack is in
    /// <see cref="SqlPersistence.DefaultConfiguration"/>.</param>
    /// <exception cref="ConfigurationException">A setting is missing or not supported; the message names
    /// it.</exception>
    public SqlSnapshotStore(Config snapshotConfig)
    {
        var system = (ExtendedActorSystem)Context.System;
        var settings = SqlSettings.Read(
            snapshotConfig.WithFallback(SqlPersistence.Get(system).DefaultSnapshotConfig),
            SqlPersistence.SnapshotStoreConfigPath);
        _codec = new PayloadCodec(system, settings.DefaultSerializer);
        var database = SqlDatabase.Create(settings, SqlPersistence.Get(system));
        var session = new SqlSession(database, SqlTables.Snapshot, settings.CreatesTables);
        _thread = SqlThread.Start("akka-sql-snapshots", session, _queue);
    }

    /// <inheritdoc />
    protected override Task<SelectedSnapshot?> LoadAsync(string persistenceId, SnapshotSelectionCriteria criteria) =>
        Ask(session => session.Read(
            connection => SnapshotReader.Load(connection, _codec, persistenceId, criteria)));

    /// <inheritdoc />
    protected override Task SaveAsync(SnapshotMetadata metadata, object snapshot)
    {
        // On the actor's thread, as the actor that made the snapshot may go on changing what is behind it.
        var stored = Encode(metadata, snapshot);
        return Write(
            SnapshotStatements.Save,
            ("@id", metadata.PersistenceId),
            ("@number", metadata.SequenceNr),
            ("@created", metadata.Timestamp.Ticks),
            ("@snapshot", stored.Bytes),
            ("@manifest", stored.Manifest),
            ("@serializer", stored.SerializerId!.Value));
    }

    /// <inheritdoc />
    protected override Task DeleteAsync(SnapshotMetadata metadata)
    {
        // Without a time, whichever snapshot has the number.
        var newest = metadata.Timestamp == DateTime.MinValue ? DateTime.MaxValue : metadata.Timestamp;
        var criteria = new SnapshotSelectionCriteria(metadata.SequenceNr, newest, metadata.SequenceNr);
        return DeleteAsync(metadata.PersistenceId, criteria);
    }

    /// <inheritdoc />
    protected override Task DeleteAsync(string persistenceId, SnapshotSelectionCriteria criteria) =>
        Write(SnapshotStatements.Delete, SnapshotReader.Parameters(persistenceId, criteria));

    /// <inheritdoc />
    protected override void PostStop()
    {
        _queue.Close();
        _thread.Join(StopBound);
        base.PostStop();
    }

    private StoredPayload Encode(SnapshotMetadata metadata, object snapshot)
    {
        try
        {
            return _codec.Encode(snapshot);
        }
        catch (Exception e)
        {
            throw new SqlStoreException(
                SqlFailureKind.Unserializable,
                $"The snapshot of persistence id '{metadata.PersistenceId}' with sequence number {metadata.SequenceNr} "
                + $"cannot be serialized: {e.Message}",
                e);
        }
    }

    private Task<bool> Write(string statement, params (string Name, object Value)[] values) => Ask(session =>
    {
        session.Write(writing => writing.Run(statement, values));
        return true;
    });

    private Task<T> Ask<T>(Func<SqlSession, T> query)
    {
        var job = new SqlQuery<T>(query);
        _queue.Add(job);
        return job.Answer;
    }
}
