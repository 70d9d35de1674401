using Kcopyd.Nbd.Protocol;

namespace Kcopyd.Nbd.Serving;

/// <summary>The options of one connection, and what a server answers to each. Pure.</summary>
internal sealed class ServerNegotiation(ServedExports exports, NbdClientFlags client, bool canTls, bool mustTls)
{
    /// <summary>The number of <c>base:allocation</c>, where it was chosen.</summary>
    public const uint AllocationContext = 1;

    private bool _isEncrypted;
    private string? _contextOf;

    /// <summary>Whether replies are in chunks.</summary>
    public bool IsStructured { get; private set; }

    /// <summary>Whether <c>base:allocation</c> was chosen for the export.</summary>
    public bool HasContext { get; private set; }

    /// <summary>The export that was chosen; null: none yet.</summary>
    public ServedExport? Chosen { get; private set; }

    /// <summary>The connection is encrypted from here on: what was agreed before counts no more.</summary>
    public void Encrypted()
    {
        (_isEncrypted, IsStructured, _contextOf) = (true, false, null);
    }

    /// <summary>Answers one option.</summary>
    /// <exception cref="NbdProtocolException">It cannot be answered, and the connection is to be closed.</exception>
    public NegotiationAnswer Take(NbdOption option, ReadOnlySpan<byte> payload)
    {
        if (mustTls && !_isEncrypted && option is not (NbdOption.StartTls or NbdOption.Abort))
        {
            return option == NbdOption.ExportName
                ? throw new NbdProtocolException("the client takes an export without TLS, which is required")
                : NegotiationAnswer.Refuse(option, NbdOptionReplyKind.ErrTlsRequired, "this server requires TLS");
        }

        try
        {
            return option switch
            {
                NbdOption.ExportName => TakeExport(payload),
                NbdOption.Abort => new NegotiationAnswer(Acknowledged(option), NegotiationStep.Close),
                NbdOption.List => List(payload),
                NbdOption.StartTls => StartTls(payload),
                NbdOption.Info or NbdOption.Go => Describe(option, NbdExportRequest.Read(payload)),
                NbdOption.StructuredReply => Structure(payload),
                NbdOption.ListMetaContext => ListContexts(NbdContextRequest.Read(payload)),
                NbdOption.SetMetaContext => SetContexts(NbdContextRequest.Read(payload)),
                _ => NegotiationAnswer.Refuse(
                    option, NbdOptionReplyKind.ErrUnsupported, $"this server does not know option {(uint)option}"),
            };
        }
        catch (NbdProtocolException wrong) when (option != NbdOption.ExportName)
        {
            return NegotiationAnswer.Refuse(option, NbdOptionReplyKind.ErrInvalid, wrong.Message);
        }
    }

    private static ReadOnlyMemory<byte> Acknowledged(NbdOption option)
    {
        var replies = new OptionReplies(option);
        replies.Ack();
        return replies.Bytes;
    }

    private static void DemandNothing(NbdOption option, ReadOnlySpan<byte> payload)
    {
        if (!payload.IsEmpty)
        {
            throw new NbdProtocolException($"option {(uint)option} has {payload.Length} bytes, and takes none");
        }
    }

    /// <summary>The only option that is not answered as the others are, and cannot be refused.</summary>
    private NegotiationAnswer TakeExport(ReadOnlySpan<byte> payload)
    {
        var name = new NbdPayload(payload).ReadRest();
        Chosen = exports.Find(name)
            ?? throw new NbdProtocolException($"the client takes the export '{name}', which there is not");
        HasContext = false;
        var padding = client.HasFlag(NbdClientFlags.NoZeroes) ? 0 : NbdLimits.ExportNamePadding;
        var bytes = new byte[NbdExportSize.Size + padding];
        Chosen.Size.Write(bytes);
        return new NegotiationAnswer(bytes, NegotiationStep.Serve);
    }

    private NegotiationAnswer List(ReadOnlySpan<byte> payload)
    {
        DemandNothing(NbdOption.List, payload);
        var replies = new OptionReplies(NbdOption.List);
        foreach (var export in exports.All)
        {
            replies.Name(export.Export);
        }

        replies.Ack();
        return NegotiationAnswer.GoOn(replies);
    }

    private NegotiationAnswer StartTls(ReadOnlySpan<byte> payload)
    {
        DemandNothing(NbdOption.StartTls, payload);
        return (canTls, _isEncrypted) switch
        {
            (false, _) => NegotiationAnswer.Refuse(
                NbdOption.StartTls, NbdOptionReplyKind.ErrPolicy, "this server has no certificate"),
            (_, true) => NegotiationAnswer.Refuse(
                NbdOption.StartTls, NbdOptionReplyKind.ErrInvalid, "the connection is encrypted already"),
            _ => new NegotiationAnswer(Acknowledged(NbdOption.StartTls), NegotiationStep.StartTls),
        };
    }

    private NegotiationAnswer Describe(NbdOption option, NbdExportRequest request)
    {
        if (exports.Find(request.Name) is not { } export)
        {
            return Unknown(option, request.Name);
        }

        var asksSizes = request.Wanted.Contains(NbdTopic.BlockSize);
        if (export.NeedsBlockSizes && !asksSizes)
        {
            return NegotiationAnswer.Refuse(
                option,
                NbdOptionReplyKind.ErrBlockSizeRequired,
                $"blocks of this export have {export.Sizes.Minimum} bytes");
        }

        var replies = new OptionReplies(option);
        replies.Size(export.Size);
        replies.Sizes(export.Sizes);
        if (request.Wanted.Contains(NbdTopic.Name))
        {
            replies.Text(NbdTopic.Name, export.Export.Name);
        }

        if (request.Wanted.Contains(NbdTopic.Description) && export.Export.Description is { } description)
        {
            replies.Text(NbdTopic.Description, description);
        }

        replies.Ack();
        if (option == NbdOption.Info)
        {
            return NegotiationAnswer.GoOn(replies);
        }

        Chosen = export;
        HasContext = _contextOf == request.Name;
        return new NegotiationAnswer(replies.Bytes, NegotiationStep.Serve);
    }

    private NegotiationAnswer Structure(ReadOnlySpan<byte> payload)
    {
        DemandNothing(NbdOption.StructuredReply, payload);
        IsStructured = true;
        return new NegotiationAnswer(Acknowledged(NbdOption.StructuredReply), NegotiationStep.GoOn);
    }

    /// <summary>A query that ends after the colon asks for all of a name space; none asks for all there are.</summary>
    private NegotiationAnswer ListContexts(NbdContextRequest request) =>
        AnswerContexts(
            NbdOption.ListMetaContext,
            request,
            request.Queries.IsEmpty || request.Queries.Any(IsOfBase),
            id: 0);

    private NegotiationAnswer SetContexts(NbdContextRequest request)
    {
        _contextOf = null;
        var isChosen = request.Queries.Contains(NbdContextRequest.BaseAllocation);
        var answer = AnswerContexts(NbdOption.SetMetaContext, request, isChosen, AllocationContext);
        _contextOf = isChosen && IsStructured && exports.Find(request.Name) is not null ? request.Name : null;
        return answer;
    }

    private NegotiationAnswer AnswerContexts(NbdOption option, NbdContextRequest request, bool isNamed, uint id)
    {
        if (!IsStructured)
        {
            return NegotiationAnswer.Refuse(
                option, NbdOptionReplyKind.ErrInvalid, "metadata contexts need structured replies");
        }

        if (exports.Find(request.Name) is null)
        {
            return Unknown(option, request.Name);
        }

        var replies = new OptionReplies(option);
        if (isNamed)
        {
            replies.Context(id, NbdContextRequest.BaseAllocation);
        }

        replies.Ack();
        return NegotiationAnswer.GoOn(replies);
    }

    private static bool IsOfBase(string query) => query is "base:" or NbdContextRequest.BaseAllocation;

    private static NegotiationAnswer Unknown(NbdOption option, string name) =>
        NegotiationAnswer.Refuse(option, NbdOptionReplyKind.ErrUnknown, $"there is no export '{name}'");
}
