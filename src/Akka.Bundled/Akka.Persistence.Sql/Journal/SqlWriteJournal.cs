using System.Collections.Concurrent;
using System.Collections.Immutable;
using Akka.Actor;
using Akka.Configuration;
using Akka.Persistence.Journal;
using Akka.Persistence.Sql.Databases;
using Akka.Persistence.Sql.Threads;

namespace Akka.Persistence.Sql.Journal;

/// <summary>The journal in a SQL database: SQLite or PostgreSQL.</summary>
/// <remarks>
/// <para>One thread writes. What many actors persist shares a transaction; a write is confirmed after its commit is on
/// stable storage. Two threads read. The actor itself serializes and never waits for the database.</para>
/// <para>The database is opened when it is first needed. One that cannot be used fails each request with a sentence
/// that says why, and works again when the reason is gone.</para>
/// <para>A crash loses the requests that wait; their actors hear that they failed, or recover.</para>
/// </remarks>
public class SqlWriteJournal : AsyncWriteJournal
{
    /// <summary>Recoveries at the same time: one that waits for the disk, and one that deserializes.</summary>
    private const int Readers = 2;

    /// <summary>What a stopping journal may take of its dispatcher: one commit, unless the disk hangs.</summary>
    private static readonly TimeSpan StopBound = TimeSpan.FromSeconds(5);

    private readonly JournalSettings _settings;
    private readonly PayloadCodec _codec;
    private readonly SqlQueue _writes;
    private readonly SqlQueue _reads;
    private readonly ImmutableArray<SqlThread> _threads;
    private readonly JournalReader _reader;
    private readonly string _writerUuid = Guid.NewGuid().ToString("N");

    // A stream's last write that is not answered yet. Its entry goes with the answer.
    private readonly ConcurrentDictionary<string, Task> _pending = new(StringComparer.Ordinal);

    /// <summary>Starts the journal.</summary>
    /// <param name="journalConfig">Its settings; what they lack is in
    /// <see cref="SqlPersistence.DefaultConfiguration"/>.</param>
    /// <exception cref="ConfigurationException">A setting is missing or not supported; the message names
    /// it.</exception>
    public SqlWriteJournal(Config journalConfig)
    {
        var system = (ExtendedActorSystem)Context.System;
        _settings = JournalSettings.Read(journalConfig.WithFallback(SqlPersistence.Get(system).DefaultJournalConfig));
        _codec = new PayloadCodec(system, _settings.Sql.DefaultSerializer);
        _writes = new SqlQueue(_settings.BufferSize);
        _reads = new SqlQueue(_settings.BufferSize);
        _reader = new JournalReader(_codec, _reads, _settings.ReplayBatchSize);

        var database = SqlDatabase.Create(_settings.Sql, SqlPersistence.Get(system));
        _threads =
        [
            Start(database, "akka-sql-journal-writer", _writes),
            .. Enumerable.Range(1, Readers).Select(n => Start(database, $"akka-sql-journal-reader-{n}", _reads)),
        ];
    }

    /// <inheritdoc />
    public override async Task<long> ReadHighestSequenceNrAsync(string persistenceId, long fromSequenceNr)
    {
        await PendingAsync(persistenceId).ConfigureAwait(false);
        return await _reader.ReadHighestAsync(persistenceId).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public override async Task ReplayMessagesAsync(
        IActorContext context,
        string persistenceId,
        long fromSequenceNr,
        long toSequenceNr,
        long max,
        Action<IPersistentRepresentation> recoveryCallback)
    {
        await PendingAsync(persistenceId).ConfigureAwait(false);
        var replay = new JournalReplay(persistenceId, fromSequenceNr, toSequenceNr, max);
        await _reader.ReplayAsync(replay, recoveryCallback).ConfigureAwait(false);
    }

    /// <inheritdoc />
    protected override async Task<IImmutableList<Exception?>?> WriteMessagesAsync(IEnumerable<AtomicWrite> messages)
    {
        // On the actor's thread: what cannot be serialized is rejected, and the rest of the request is written.
        var created = TimeProvider.System.GetUtcNow().Ticks;
        List<JournalRow> rows = [];
        List<Exception?> rejections = [];
        foreach (var write in messages)
        {
            rejections.Add(TryEncode(write, created, rows));
        }

        if (rows.Count > 0)
        {
            await WriteAsync(rows).ConfigureAwait(false);
        }

        return rejections.TrueForAll(rejection => rejection is null) ? null : rejections.ToImmutableList();
    }

    /// <inheritdoc />
    protected override Task DeleteMessagesToAsync(string persistenceId, long toSequenceNr)
    {
        // In the queue of the writes, so after those that were asked for before it.
        var query = new SqlQuery<bool>(session =>
        {
            session.Write(writing => JournalStatements.Delete(writing, persistenceId, toSequenceNr));
            return true;
        });
        _writes.Add(query);
        return query.Answer;
    }

    /// <inheritdoc />
    protected override void PostStop()
    {
        _writes.Close();
        _reads.Close();
        foreach (var thread in _threads)
        {
            thread.Join(StopBound);
        }

        base.PostStop();
    }

    private SqlThread Start(SqlDatabase database, string name, SqlQueue queue) =>
        SqlThread.Start(name, new SqlSession(database, SqlTables.Journal, _settings.Sql.CreatesTables), queue);

    private InvalidOperationException? TryEncode(AtomicWrite write, long created, List<JournalRow> rows)
    {
        try
        {
            var events = (IEnumerable<IPersistentRepresentation>)write.Payload;
            rows.AddRange(events.Select(@event => Encode(@event, created)).ToList());
            return null;
        }
        catch (Exception e)
        {
            return new InvalidOperationException(
                $"The event of persistence id '{write.PersistenceId}' with sequence number {write.LowestSequenceNr} "
                + $"cannot be serialized: {e.Message}",
                e);
        }
    }

    private JournalRow Encode(IPersistentRepresentation @event, long created)
    {
        var tagged = @event.Payload as Tagged;
        return new JournalRow(
            @event.PersistenceId,
            @event.SequenceNr,
            created,
            _codec.Encode(tagged?.Payload ?? @event.Payload),
            tagged is null ? [] : [.. tagged.Tags])
        {
            WriterUuid = _writerUuid,
        };
    }

    private async Task WriteAsync(List<JournalRow> rows)
    {
        var request = new WriteRequest(rows, _settings.BatchSize);
        var stream = KeyValuePair.Create(request.PersistenceId, request.Answer);
        _pending[stream.Key] = stream.Value;
        _writes.Add(request);
        try
        {
            await request.Answer.ConfigureAwait(false);
        }
        finally
        {
            _pending.TryRemove(stream);
        }
    }

    /// <summary>An actor that was restarted may recover before the answer to what it persisted in its former life.
    /// </summary>
    private async Task PendingAsync(string persistenceId)
    {
        if (_pending.TryGetValue(persistenceId, out var pending))
        {
            // Whoever persisted hears how it went.
            await pending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
