namespace Kcopyd.Nbd.Serving;

/// <summary>One connection of a server at one moment.</summary>
/// <param name="Peer">Who it is: an address, or the process at the other end of a Unix socket.</param>
/// <param name="Export">What it uses; null: it has not chosen yet.</param>
/// <param name="ConnectedAt">When it was accepted.</param>
public sealed record NbdClientStatus(string Peer, string? Export, DateTimeOffset ConnectedAt)
{
    /// <summary>Whether it uses TLS.</summary>
    public bool IsEncrypted { get; init; }

    /// <summary>Requests that were answered.</summary>
    public long Requests { get; init; }

    /// <summary>Those of them that the device failed.</summary>
    public long FailedRequests { get; init; }

    /// <summary>Requests under way.</summary>
    public int InFlight { get; init; }

    /// <summary>Bytes that were read for it; what an export does not store counts too.</summary>
    public long BytesRead { get; init; }

    /// <summary>Bytes that it wrote, without zeroing and trimming.</summary>
    public long BytesWritten { get; init; }
}
