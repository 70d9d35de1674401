using System.Net.Security;
using Kcopyd.Nbd.Protocol;
using Kcopyd.Nbd.Transport;

namespace Kcopyd.Nbd.Serving;

/// <summary>One client, from its first byte to its last.</summary>
internal sealed class ServerConnection(ServedExports exports, NbdServerOptions options, ServedClient client)
{
    /// <summary>More options than any client has a use for.</summary>
    private const int MaxOptions = 1024;

    /// <summary>Negotiates, then serves.</summary>
    /// <param name="plain">Where the client is. The caller's.</param>
    /// <param name="drain">Begins no more; what was begun is done and answered.</param>
    /// <param name="cut">Ends at once.</param>
    /// <exception cref="NbdProtocolException">The client does not keep to the protocol.</exception>
    /// <exception cref="IOException">The connection failed.</exception>
    /// <exception cref="OperationCanceledException">It was drained or cut, or took too long.</exception>
    public async Task RunAsync(Stream plain, CancellationToken drain, CancellationToken cut)
    {
        using var handshake = CancellationTokenSource.CreateLinkedTokenSource(drain, cut);
        handshake.CancelAfter(options.HandshakeTimeout);
        var stream = plain;
        SslStream? encrypted = null;
        try
        {
            var reader = new NbdReader(stream);
            var negotiation = await GreetAsync(stream, reader, handshake.Token).ConfigureAwait(false);
            for (var taken = 0; negotiation.Chosen is null; taken++)
            {
                var next = await AnswerAsync(stream, reader, negotiation, handshake.Token).ConfigureAwait(false);
                if (next == NegotiationStep.Close || taken == MaxOptions)
                {
                    return;
                }

                if (next == NegotiationStep.StartTls)
                {
#pragma warning disable CA2000 // disposed at the end, whatever happens; there is one at most
                    encrypted = new SslStream(plain, leaveInnerStreamOpen: true);
#pragma warning restore CA2000
                    await encrypted.AuthenticateAsServerAsync(TlsOptions(), handshake.Token).ConfigureAwait(false);
                    (stream, reader) = (encrypted, new NbdReader(encrypted));
                    negotiation.Encrypted();
                    client.Encrypted();
                }
            }

            await ServeAsync(negotiation, stream, reader, drain, cut).ConfigureAwait(false);
        }
        finally
        {
            if (encrypted is not null)
            {
                await encrypted.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private async Task ServeAsync(
        ServerNegotiation negotiation, Stream stream, NbdReader reader, CancellationToken drain, CancellationToken cut)
    {
        client.Chose(negotiation.Chosen!.Export.Name);
        var removed = negotiation.Chosen.Ending.Token;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(drain, cut, removed);
        using var session = new ServerSession(negotiation, (stream, reader), options, client, cut);
        await session.RunAsync(ending.Token).ConfigureAwait(false);
    }

    private async ValueTask<ServerNegotiation> GreetAsync(
        Stream stream, NbdReader reader, CancellationToken cancellationToken)
    {
        var greeting = new byte[NbdGreeting.Size];
        new NbdGreeting(NbdHandshakeFlags.FixedNewstyle | NbdHandshakeFlags.NoZeroes).Write(greeting);
        await stream.WriteAsync(greeting, cancellationToken).ConfigureAwait(false);
        var bytes = await reader.TakeAsync(sizeof(uint), cancellationToken).ConfigureAwait(false);
        var flags = (NbdClientFlags)new NbdPayload(bytes.Span).ReadUInt32();
        const NbdClientFlags Known = NbdClientFlags.FixedNewstyle | NbdClientFlags.NoZeroes;
        return (flags & ~Known) == 0
            ? new ServerNegotiation(exports, flags, options.Certificate is not null, options.RequireTls)
            : throw new NbdProtocolException($"the client has flags that we do not know: 0x{(uint)flags:x}");
    }

    private static async ValueTask<NegotiationStep> AnswerAsync(
        Stream stream, NbdReader reader, ServerNegotiation negotiation, CancellationToken cancellationToken)
    {
        if (await reader.IsAtEndAsync(cancellationToken).ConfigureAwait(false))
        {
            return NegotiationStep.Close;
        }

        var header = NbdOptionHeader.Read(
            (await reader.TakeAsync(NbdOptionHeader.Size, cancellationToken).ConfigureAwait(false)).Span);
        if (header.Length > NbdLimits.MaxOptionPayload)
        {
            throw new NbdProtocolException(
                $"an option has {header.Length} bytes, more than {NbdLimits.MaxOptionPayload}");
        }

        var payload = await reader.TakeAsync((int)header.Length, cancellationToken).ConfigureAwait(false);
        var answer = negotiation.Take(header.Option, payload.Span);
        try
        {
            await stream.WriteAsync(answer.Bytes, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException) when (answer.Next == NegotiationStep.Close)
        {
            // Who ends the negotiation need not wait for an answer.
        }

        return answer.Next;
    }

    private SslServerAuthenticationOptions TlsOptions() => new() { ServerCertificate = options.Certificate };
}
