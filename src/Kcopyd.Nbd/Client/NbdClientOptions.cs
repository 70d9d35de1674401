using Kcopyd.Nbd.Protocol;

namespace Kcopyd.Nbd.Client;

/// <summary>How a device on a server is used.</summary>
public sealed record NbdClientOptions
{
    /// <summary>How many connections to use where the server lets several be used as one. 1 to 16. Default: one for
    /// each processor, 2 at least and 4 at most; each has two threads, and more of them than can run only wait for each
    /// other.</summary>
    public int Connections { get; init; } = Math.Clamp(Environment.ProcessorCount, 2, 4);

    /// <summary>How long connecting and negotiating may take, up to a day. Default 10 seconds.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a server may say nothing while it owes an answer, before the connection counts as lost; up to
    /// a day. Default 60 seconds. Flushing, zeroing and discarding may take ten times as long.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>For how long a lost connection is made again and again before requests fail; up to a day. Zero: not at
    /// all. Default 60 seconds.</summary>
    public TimeSpan ReconnectTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Whether what awaits a request goes on on the thread that receives, which saves a change of threads for
    /// each: for callers of which nothing that waits, and no long work, follows a request. One that waits there for
    /// another request waits for ever. Default false: on the thread pool.</summary>
    public bool ContinuesOnReceiver { get; init; }

    /// <summary>A file with certificates, in PEM, that the server's must be signed by; null, the default: those that
    /// the system trusts.</summary>
    public string? TrustedCertificates { get; init; }

    /// <summary>Hears when the server of a device cannot be reached although it is waited for, and when it can be
    /// again; null, the default: nobody does. Called by any thread, which waits for it.</summary>
    public Action<NbdOutage>? ServerAway { get; init; }

    /// <exception cref="ArgumentOutOfRangeException">One is out of its range.</exception>
    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Connections, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Connections, 16);
        NbdDurations.Check(ConnectTimeout, mayBeZero: false, nameof(ConnectTimeout));
        NbdDurations.Check(AnswerTimeout, mayBeZero: false, nameof(AnswerTimeout));
        NbdDurations.Check(ReconnectTimeout, mayBeZero: true, nameof(ReconnectTimeout));
    }
}
