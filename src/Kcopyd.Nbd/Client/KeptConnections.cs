using System.Diagnostics.CodeAnalysis;

namespace Kcopyd.Nbd.Client;

/// <summary>Connections that describing made, kept for the opening that follows. Any thread may call.</summary>
/// <remarks>So a server that takes one client, or ends after its first one, is described and opened.</remarks>
internal sealed class KeptConnections(TimeSpan patience)
{
    private readonly Dictionary<string, (NbdConnection Connection, ITimer End)> _kept = [];
    private readonly Lock _gate = new();

    /// <summary>Keeps one for a time; then says goodbye to the server. There is one for each URI, the first that is
    /// not lost.</summary>
    [SuppressMessage("Reliability", "CA2000", Justification = "Whoever removes the entry disposes its timer.")]
    public void Keep(NbdUri uri, NbdConnection connection)
    {
        var other = connection;
        lock (_gate)
        {
            var isThere = _kept.TryGetValue(KeyOf(uri), out var kept);
            if (!isThere || kept.Connection.IsLost)
            {
                kept.End?.Dispose();
                other = kept.Connection;
                _kept[KeyOf(uri)] = (connection, TimeProvider.System.CreateTimer(
                    _ => Close(uri, connection), null, patience, Timeout.InfiniteTimeSpan));
            }
        }

        _ = other?.DisposeAsync().AsTask();
    }

    /// <summary>Looks at the one of an export, which is kept no longer for that.</summary>
    /// <returns>Null where there is none, or where it was lost.</returns>
    public NbdTerms? Look(NbdUri uri)
    {
        lock (_gate)
        {
            return _kept.TryGetValue(KeyOf(uri), out var kept) && !kept.Connection.IsLost
                ? kept.Connection.Terms
                : null;
        }
    }

    /// <summary>Gives the one of an export away.</summary>
    /// <returns>Null where there is none, or where it was lost.</returns>
    public NbdConnection? Take(NbdUri uri)
    {
        NbdConnection connection;
        lock (_gate)
        {
            if (!_kept.Remove(KeyOf(uri), out var kept))
            {
                return null;
            }

            kept.End.Dispose();
            connection = kept.Connection;
        }

        if (!connection.IsLost)
        {
            return connection;
        }

        _ = connection.DisposeAsync().AsTask();
        return null;
    }

    /// <summary>However it was written.</summary>
    private static string KeyOf(NbdUri uri) => uri.ToAbsolute();

    private void Close(NbdUri uri, NbdConnection connection)
    {
        lock (_gate)
        {
            // The timer may ring while another one is kept already.
            if (!_kept.TryGetValue(KeyOf(uri), out var kept) || kept.Connection != connection)
            {
                return;
            }

            _kept.Remove(KeyOf(uri));
            kept.End.Dispose();
        }

        _ = connection.DisposeAsync().AsTask();
    }
}
