using Akka.Persistence.Sql.Databases;

namespace Akka.Persistence.Sql.Journal;

/// <summary>Write requests of several actors that share a transaction, so that they share its wait for the disk.
/// </summary>
/// <remarks>While a group is committed, the next one gathers in the queue. A group that failed for the sake of one
/// request is written again, each request alone: then only that actor hears of it.</remarks>
internal sealed class WriteGroup
{
    /// <summary>How many requests, written alone, may wait for a lock in vain before the rest are not tried: one is
    /// the one that somebody holds up, two are a table that somebody holds.</summary>
    private const int MostLocked = 2;

    private readonly List<WriteRequest> _requests = [];

    public int RowCount { get; private set; }

    public void Add(WriteRequest request)
    {
        _requests.Add(request);
        RowCount += request.Rows.Count;
    }

    /// <summary>Writes all and answers each. Throws nothing.</summary>
    public void Write(SqlSession session)
    {
        var failure = TryWrite(session, [.. _requests.SelectMany(request => request.Rows)]);
        if (failure is null)
        {
            _requests.ForEach(request => request.Confirm());
        }
        else if (_requests.Count > 1 && failure is SqlStoreException { IsOfOneWrite: true })
        {
            WriteAlone(session);
        }
        else
        {
            _requests.ForEach(request => request.Refuse(About(request, failure)));
        }
    }

    private void WriteAlone(SqlSession session)
    {
        var failedStreams = new Dictionary<string, Exception>(StringComparer.Ordinal);
        Exception? failureOfAll = null;
        var locked = 0;
        foreach (var request in _requests)
        {
            // Behind a failure of the same stream, a write would leave a gap.
            var failure = failureOfAll
                ?? failedStreams.GetValueOrDefault(request.PersistenceId)
                ?? TryWrite(session, request.Rows);
            if (failure is null)
            {
                request.Confirm();
                continue;
            }

            failedStreams[request.PersistenceId] = failure;
            locked += failure is SqlStoreException { Kind: SqlFailureKind.PartLocked } ? 1 : 0;
            failureOfAll ??= IsOfAll(failure, locked) ? failure : null;
            request.Refuse(About(request, failure));
        }
    }

    private static bool IsOfAll(Exception failure, int locked) =>
        locked >= MostLocked || failure is SqlStoreException { IsOfOneWrite: false };

    private static Exception? TryWrite(SqlSession session, IReadOnlyList<JournalRow> rows)
    {
        try
        {
            session.Write(writing => writing.Insert(rows));
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    }

    /// <summary>A conflict is about one stream, so the sentence names it.</summary>
    private static Exception About(WriteRequest request, Exception failure) =>
        failure is SqlStoreException { Kind: SqlFailureKind.Conflict } conflict
            ? new SqlStoreException(
                conflict.Kind,
                $"{conflict.Message.TrimEnd('.')} with sequence number {request.Rows[0].SequenceNumber} "
                    + (request.Rows.Count > 1 ? $"to {request.Rows[^1].SequenceNumber} " : "")
                    + $"of persistence id '{request.PersistenceId}'.",
                conflict.InnerException)
            : failure;
}
