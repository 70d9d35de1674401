using System.Net.Security;
using System.Security.Authentication;
using Kcopyd.Nbd.Protocol;
using Kcopyd.Nbd.Transport;

namespace Kcopyd.Nbd.Serving;

/// <summary>One client, from its first byte to its last.</summary>
internal sealed class ServerConnection(ServedExports exports, NbdServerOptions options, ServedClient client)
{
    /// <summary>More options than any client has a use for.</summary>
    private const int MaxOptions = 1024;

    /// <summary>Negotiates, then serves, on the connection's own thread.</summary>
    /// <param name="socket">Where the client is. The caller's.</param>
    /// <param name="drain">Begins no more; what was begun is done and answered.</param>
    /// <param name="cut">Ends at once.</param>
    /// <exception cref="NbdProtocolException">The client does not keep to the protocol.</exception>
    /// <exception cref="AuthenticationException">It cannot agree on how to encrypt.</exception>
    /// <exception cref="IOException">The connection failed.</exception>
    /// <exception cref="OperationCanceledException">It was drained or cut, or took too long.</exception>
    public void Run(BlockingStream socket, CancellationToken drain, CancellationToken cut)
    {
        using var cutting = cut.UnsafeRegister(static all => ((BlockingStream)all!).EndAll(), socket);
        SslStream? encrypted = null;
        try
        {
            var negotiation = Negotiate(socket, drain, out var ends, ref encrypted);
            if (negotiation.Chosen is not null)
            {
                Serve(negotiation, socket, ends, drain);
            }

            if (cut.IsCancellationRequested)
            {
                throw new OperationCanceledException("the connection was cut: its requests took too long", cut);
            }
        }
        finally
        {
            encrypted?.Dispose();
        }
    }

    /// <summary>Answers options until the client has chosen, or goes.</summary>
    private ServerNegotiation Negotiate(
        BlockingStream socket,
        CancellationToken drain,
        out (Stream Stream, NbdReader Reader) ends,
        ref SslStream? encrypted)
    {
        // A client that does not take its answers holds up writing.
        using var limit = new CancellationTokenSource(options.HandshakeTimeout);
        using var late = limit.Token.UnsafeRegister(static all => ((BlockingStream)all!).EndAll(), socket);
        using var ending = drain.UnsafeRegister(static reads => ((BlockingStream)reads!).EndReading(), socket);
        try
        {
            ends = (socket, new NbdReader(socket));
            var negotiation = OwnThread.Wait(GreetAsync(ends.Stream, ends.Reader));
            for (var taken = 0; negotiation.Chosen is null && taken < MaxOptions; taken++)
            {
                var next = OwnThread.Wait(AnswerAsync(ends.Stream, ends.Reader, negotiation));
                if (next == NegotiationStep.Close)
                {
                    break;
                }

                if (next == NegotiationStep.StartTls)
                {
                    ends.Reader.DemandEmpty();
                    encrypted = new SslStream(socket, leaveInnerStreamOpen: true);
                    encrypted.AuthenticateAsServer(TlsOptions());
                    ends = (encrypted, new NbdReader(encrypted));
                    negotiation.Encrypted();
                    client.Encrypted();
                }
            }

            limit.Token.ThrowIfCancellationRequested();
            drain.ThrowIfCancellationRequested();
            return negotiation;
        }
        catch (Exception end) when ((limit.IsCancellationRequested || drain.IsCancellationRequested)
            && end is not OperationCanceledException)
        {
            throw new OperationCanceledException("the client had no time left to choose an export", end, limit.Token);
        }
    }

    private void Serve(
        ServerNegotiation negotiation,
        BlockingStream socket,
        (Stream Stream, NbdReader Reader) ends,
        CancellationToken drain)
    {
        client.Chose(negotiation.Chosen!.Export.Name);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(drain, negotiation.Chosen.Ending.Token);
        using var reads = ending.Token.UnsafeRegister(static all => ((BlockingStream)all!).EndReading(), socket);
        using var session = new ServerSession(negotiation, socket, ends, options, client);
        session.Run(ending.Token);
    }

    private async ValueTask<ServerNegotiation> GreetAsync(Stream stream, NbdReader reader)
    {
        var greeting = new byte[NbdGreeting.Size];
        new NbdGreeting(NbdHandshakeFlags.FixedNewstyle | NbdHandshakeFlags.NoZeroes).Write(greeting);
        await stream.WriteAsync(greeting, default).ConfigureAwait(false);
        var bytes = await reader.TakeAsync(sizeof(uint), default).ConfigureAwait(false);
        var flags = (NbdClientFlags)new NbdPayload(bytes.Span).ReadUInt32();
        const NbdClientFlags Known = NbdClientFlags.FixedNewstyle | NbdClientFlags.NoZeroes;
        return (flags & ~Known) == 0
            ? new ServerNegotiation(exports, flags, options.Certificate is not null, options.RequireTls)
            : throw new NbdProtocolException($"the client has flags that we do not know: 0x{(uint)flags:x}");
    }

    private static async ValueTask<NegotiationStep> AnswerAsync(
        Stream stream, NbdReader reader, ServerNegotiation negotiation)
    {
        if (await reader.IsAtEndAsync(NbdOptionHeader.Size, default).ConfigureAwait(false))
        {
            return NegotiationStep.Close;
        }

        var header = NbdOptionHeader.Read(
            (await reader.TakeAsync(NbdOptionHeader.Size, default).ConfigureAwait(false)).Span);
        if (header.Length > NbdLimits.MaxOptionPayload)
        {
            throw new NbdProtocolException(
                $"an option has {header.Length} bytes, more than {NbdLimits.MaxOptionPayload}");
        }

        var payload = await reader.TakeAsync((int)header.Length, default).ConfigureAwait(false);
        var answer = negotiation.Take(header.Option, payload.Span);
        try
        {
            await stream.WriteAsync(answer.Bytes, default).ConfigureAwait(false);
        }
        catch (IOException) when (answer.Next == NegotiationStep.Close)
        {
            // Who ends the negotiation need not wait for an answer.
        }

        return answer.Next;
    }

    private SslServerAuthenticationOptions TlsOptions() => new() { ServerCertificate = options.Certificate };
}
