using System.Collections.Immutable;
using Kcopyd.Nbd.Protocol;

namespace Kcopyd.Nbd.Client;

/// <summary>The connections of a device. Any thread may call.</summary>
internal sealed class NbdLines : IAsyncDisposable
{
    private readonly ImmutableArray<NbdLine> _all;
    private readonly Lock _joining = new();
    private NbdLine[] _open;
    private Task _others = Task.CompletedTask;
    private int _turn;

    /// <summary>Connections that are to be made.</summary>
    /// <param name="lines">One at least.</param>
    public NbdLines(IEnumerable<NbdLine> lines)
    {
        _all = [.. lines];
        _open = [_all[0]];
    }

    /// <summary>The first one is open already; the others are made side by side, and each is used from when it is
    /// there. A server that does not take all gets what it takes. Called once, before anything is asked.</summary>
    /// <remarks>None that is late hides a loss: what was written before it went through one that is asked by every
    /// flush.</remarks>
    public void Begin(NbdConnection first)
    {
        _all[0].Use(first);
        _others = Task.WhenAll(_all[1..].Select(JoinAsync));
    }

    /// <summary>The one whose turn it is.</summary>
    public NbdLine Next()
    {
        var open = Volatile.Read(ref _open);
        return open[(uint)Interlocked.Increment(ref _turn) % (uint)open.Length];
    }

    /// <summary>Flushes every connection that there is, although one would do: a connection whose server is gone, and
    /// that has not heard of it, would let another one vouch for its writes.</summary>
    /// <returns>The first failure, if there is one.</returns>
    /// <exception cref="NbdDisconnectedException">One was lost meanwhile.</exception>
    public async ValueTask<NbdAnswer> FlushAsync(NbdCall call)
    {
        var flush = new NbdRequestHeader(NbdCommandFlags.None, NbdCommand.Flush, 0, 0, 0);
        Task<NbdAnswer>[] asked =
        [
            .. Volatile.Read(ref _open).Select(line => line.TryAskAsync(flush)).OfType<Task<NbdAnswer>>(),
        ];
        if (asked.Length == 0)
        {
            return await Next().AskOnceAsync(flush, call).ConfigureAwait(false);
        }

        var answers = await Task.WhenAll(asked).ConfigureAwait(false);
        return Array.Find(answers, static answer => answer.Error != NbdError.None);
    }

    /// <summary>Makes no connection any more: calls that wait for one fail.</summary>
    public void Close()
    {
        foreach (var line in _all)
        {
            line.Close();
        }
    }

    /// <summary>The last call, when nobody asks any more.</summary>
    public async ValueTask DisposeAsync()
    {
        Close();
        await _others.ConfigureAwait(false);
        foreach (var line in _all)
        {
            await line.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task JoinAsync(NbdLine line)
    {
        if (await line.TryOpenAsync().ConfigureAwait(false))
        {
            lock (_joining)
            {
                Volatile.Write(ref _open, [.. _open, line]);
            }
        }
    }
}
