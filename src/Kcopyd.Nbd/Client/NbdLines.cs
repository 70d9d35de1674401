using Kcopyd.Nbd.Protocol;

namespace Kcopyd.Nbd.Client;

/// <summary>The connections of a device. Any thread may call.</summary>
internal sealed class NbdLines : IAsyncDisposable
{
    private NbdLine[] _lines;
    private int _turn;

    /// <summary>Connections that are to be made.</summary>
    /// <param name="lines">One at least.</param>
    public NbdLines(IEnumerable<NbdLine> lines) => _lines = [.. lines];

    /// <summary>The first one is open already; makes the others, side by side.</summary>
    /// <remarks>All are there before the first write: one that is made later could not tell what the server lost before
    /// it. A server that does not take all gets what it takes.</remarks>
    /// <exception cref="OperationCanceledException">The caller wants none any more.</exception>
    public async ValueTask OpenAsync(NbdConnection first, CancellationToken cancellationToken)
    {
        _lines[0].Use(first);
        var others = _lines[1..];
        var are = await Task.WhenAll(others.Select(line => line.TryOpenAsync(cancellationToken))).ConfigureAwait(false);
        _lines = [_lines[0], .. others.Where((_, i) => are[i])];
    }

    /// <summary>The one whose turn it is.</summary>
    public NbdLine Next() => _lines[(uint)Interlocked.Increment(ref _turn) % (uint)_lines.Length];

    /// <summary>Flushes every connection that there is, although one would do: a connection whose server is gone, and
    /// that has not heard of it, would let another one vouch for its writes.</summary>
    /// <returns>The first failure, if there is one.</returns>
    /// <exception cref="NbdDisconnectedException">One was lost meanwhile.</exception>
    public async ValueTask<NbdAnswer> FlushAsync(NbdCall call)
    {
        var flush = new NbdRequestHeader(NbdCommandFlags.None, NbdCommand.Flush, 0, 0, 0);
        Task<NbdAnswer>[] asked = [.. _lines.Select(line => line.TryAskAsync(flush)).OfType<Task<NbdAnswer>>()];
        if (asked.Length == 0)
        {
            return await Next().AskOnceAsync(flush, call).ConfigureAwait(false);
        }

        var answers = await Task.WhenAll(asked).ConfigureAwait(false);
        return Array.Find(answers, static answer => answer.Error != NbdError.None);
    }

    /// <summary>Makes no connection any more: calls that wait for one fail.</summary>
    public void Close() => Array.ForEach(_lines, static line => line.Close());

    /// <summary>The last call, when nobody asks any more.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var line in _lines)
        {
            await line.DisposeAsync().ConfigureAwait(false);
        }
    }
}
