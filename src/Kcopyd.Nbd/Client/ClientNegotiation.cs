using System.Buffers.Binary;
using System.Text;
using Kcopyd.Nbd.Protocol;
using Kcopyd.Nbd.Transport;

namespace Kcopyd.Nbd.Client;

/// <summary>Takes an export of a server: what is asked for, in which order, and what the answers mean.</summary>
/// <remarks>Servers that know less than we ask for are used for what they know, down to
/// <see cref="NbdOption.ExportName"/>.</remarks>
internal sealed class ClientNegotiation(string export)
{
    /// <summary>More answers to one option than any server has to give.</summary>
    private const int MaxReplies = 4096;

    private Stream _stream = Stream.Null;
    private NbdReader _reader = new(Stream.Null);
    private NbdHandshakeFlags _server;

    /// <summary>Answers the greeting.</summary>
    /// <exception cref="NbdProtocolException">The peer is no server that we can talk to.</exception>
    public async ValueTask GreetAsync(Stream stream, NbdReader reader, CancellationToken cancellationToken)
    {
        (_stream, _reader) = (stream, reader);
        var bytes = await reader.TakeAsync(NbdGreeting.Size, cancellationToken).ConfigureAwait(false);
        _server = NbdGreeting.Read(bytes.Span).Flags;
        var flags = NbdClientFlags.FixedNewstyle
            | (_server.HasFlag(NbdHandshakeFlags.NoZeroes) ? NbdClientFlags.NoZeroes : 0);
        var answer = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(answer, (uint)flags);
        await stream.WriteAsync(answer, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Asks to go on encrypted.</summary>
    /// <exception cref="NbdProtocolException">The server does not want to, or does not wait for it.</exception>
    public async ValueTask StartTlsAsync(CancellationToken cancellationToken)
    {
        await SendAsync(NbdOption.StartTls, default, cancellationToken).ConfigureAwait(false);
        var (header, payload) = await ReplyAsync(NbdOption.StartTls, cancellationToken).ConfigureAwait(false);
        if (header.Kind != NbdOptionReplyKind.Ack)
        {
            throw Refused("the server does not encrypt", header, payload);
        }

        _reader.DemandEmpty();
    }

    /// <summary>The connection is encrypted from here on.</summary>
    public void Use(Stream stream, NbdReader reader) => (_stream, _reader) = (stream, reader);

    /// <summary>Takes the export.</summary>
    /// <exception cref="NbdExportException">The server refuses it.</exception>
    /// <exception cref="NbdProtocolException">The server does not keep to the protocol.</exception>
    public async ValueTask<NbdTerms> TakeAsync(CancellationToken cancellationToken)
    {
        var isStructured = await AskAsync(NbdOption.StructuredReply, default, cancellationToken).ConfigureAwait(false);
        uint? context = null;
        if (isStructured)
        {
            var query = new NbdContextRequest(export, [NbdContextRequest.BaseAllocation]).ToBytes();
            await AskAsync(NbdOption.SetMetaContext, query, cancellationToken, (header, payload) =>
                context = header.Kind == NbdOptionReplyKind.MetaContext && IsAllocation(payload)
                    ? BinaryPrimitives.ReadUInt32BigEndian(payload)
                    : context).ConfigureAwait(false);
        }

        return await GoAsync(isStructured, context, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<NbdTerms> GoAsync(bool isStructured, uint? context, CancellationToken cancellationToken)
    {
        NbdExportSize? size = null;
        var sizes = NbdBlockSizes.Default;
        var isKnown = await AskAsync(
            NbdOption.Go,
            new NbdExportRequest(export, [NbdTopic.BlockSize]).ToBytes(),
            cancellationToken,
            (header, payload) =>
            {
                if (header.Kind == NbdOptionReplyKind.Info)
                {
                    Learn(payload, ref size, ref sizes);
                }
            },
            refused: (header, payload) => header.Kind == NbdOptionReplyKind.ErrUnsupported
                ? null
                : new NbdExportException(
                    header.Kind, $"the server refuses the export '{export}'{Why(header, payload)}"))
            .ConfigureAwait(false);
        if (isKnown)
        {
            return new NbdTerms(
                size ?? throw new NbdProtocolException("the server took the export and did not say how long it is"),
                sizes,
                isStructured,
                context);
        }

        return new NbdTerms(await TakeOldAsync(cancellationToken).ConfigureAwait(false), sizes, isStructured, context);
    }

    /// <summary>As servers had it before they could refuse.</summary>
    private async ValueTask<NbdExportSize> TakeOldAsync(CancellationToken cancellationToken)
    {
        await SendAsync(NbdOption.ExportName, Encoding.UTF8.GetBytes(export), cancellationToken).ConfigureAwait(false);
        var bytes = await _reader.TakeAsync(NbdExportSize.Size, cancellationToken).ConfigureAwait(false);
        var size = NbdExportSize.Read(bytes.Span);
        if (!_server.HasFlag(NbdHandshakeFlags.NoZeroes))
        {
            await _reader.SkipAsync(NbdLimits.ExportNamePadding, cancellationToken).ConfigureAwait(false);
        }

        return size;
    }

    private static void Learn(ReadOnlySpan<byte> bytes, ref NbdExportSize? size, ref NbdBlockSizes sizes)
    {
        var payload = new NbdPayload(bytes);
        switch ((NbdTopic)payload.ReadUInt16())
        {
            case NbdTopic.Export:
                size = NbdExportSize.Read(payload.Take(NbdExportSize.Size));
                payload.End();
                break;
            case NbdTopic.BlockSize:
                sizes = NbdBlockSizes.Read(payload.Take(NbdBlockSizes.Size));
                payload.End();
                break;
            default:
                break;
        }
    }

    private static bool IsAllocation(ReadOnlySpan<byte> bytes)
    {
        var payload = new NbdPayload(bytes);
        payload.ReadUInt32();
        return payload.ReadRest() == NbdContextRequest.BaseAllocation;
    }

    /// <summary>Asks for something that the server may not know.</summary>
    /// <returns>Whether it does.</returns>
    private async ValueTask<bool> AskAsync(
        NbdOption option,
        ReadOnlyMemory<byte> payload,
        CancellationToken cancellationToken,
        ReplyAction? replied = null,
        Func<NbdOptionReplyHeader, ReadOnlyMemory<byte>, Exception?>? refused = null)
    {
        await SendAsync(option, payload, cancellationToken).ConfigureAwait(false);
        for (var replies = 0; replies < MaxReplies; replies++)
        {
            var (header, bytes) = await ReplyAsync(option, cancellationToken).ConfigureAwait(false);
            if (header.IsError)
            {
                return refused?.Invoke(header, bytes) is { } failure ? throw failure : false;
            }

            if (header.Kind == NbdOptionReplyKind.Ack)
            {
                return true;
            }

            replied?.Invoke(header, bytes.Span);
        }

        throw new NbdProtocolException($"the server answers option {(uint)option} without end");
    }

    private async ValueTask SendAsync(
        NbdOption option, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        var bytes = new byte[NbdOptionHeader.Size + payload.Length];
        new NbdOptionHeader(option, (uint)payload.Length).Write(bytes);
        payload.CopyTo(bytes.AsMemory(NbdOptionHeader.Size));
        await _stream.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<(NbdOptionReplyHeader Header, ReadOnlyMemory<byte> Payload)> ReplyAsync(
        NbdOption option, CancellationToken cancellationToken)
    {
        var bytes = await _reader.TakeAsync(NbdOptionReplyHeader.Size, cancellationToken).ConfigureAwait(false);
        var header = NbdOptionReplyHeader.Read(bytes.Span);
        if (header.Option != option || header.Length > NbdLimits.MaxOptionPayload)
        {
            throw new NbdProtocolException(
                $"the server answers option {(uint)header.Option} with {header.Length} bytes, and was asked for "
                + $"option {(uint)option}");
        }

        return (header, await _reader.TakeAsync((int)header.Length, cancellationToken).ConfigureAwait(false));
    }

    private static NbdProtocolException Refused(
        string what, NbdOptionReplyHeader header, ReadOnlyMemory<byte> payload) => new(what + Why(header, payload));

    private static string Why(NbdOptionReplyHeader header, ReadOnlyMemory<byte> payload)
    {
        var said = NbdText.Quote(payload.Span);
        return said.Length > 0 ? $": {said}" : $" ({header.Kind})";
    }

    private delegate void ReplyAction(NbdOptionReplyHeader header, ReadOnlySpan<byte> payload);
}
