using Kcopyd.Nbd.Serving;

namespace Kcopyd.Cli.Reporting;

/// <summary>A client in <c>kcopyd status --json</c>. Names and units are a contract with programs.</summary>
/// <param name="Peer">Who it is.</param>
/// <param name="Export">What it uses; null: it has not chosen yet.</param>
internal sealed record ServedClientReport(string Peer, string? Export)
{
    public DateTimeOffset ConnectedAt { get; init; }

    public bool Encrypted { get; init; }

    public long Requests { get; init; }

    public long FailedRequests { get; init; }

    public int InFlight { get; init; }

    public long BytesRead { get; init; }

    public long BytesWritten { get; init; }

    internal static ServedClientReport Of(NbdClientStatus client) => new(client.Peer, client.Export)
    {
        ConnectedAt = client.ConnectedAt,
        Encrypted = client.IsEncrypted,
        Requests = client.Requests,
        FailedRequests = client.FailedRequests,
        InFlight = client.InFlight,
        BytesRead = client.BytesRead,
        BytesWritten = client.BytesWritten,
    };
}
