using Kcopyd.Nbd.Protocol;

namespace Kcopyd.Nbd.Serving;

/// <summary>What follows an option.</summary>
/// <param name="Bytes">What goes out.</param>
/// <param name="Next">What the connection does then.</param>
internal readonly record struct NegotiationAnswer(ReadOnlyMemory<byte> Bytes, NegotiationStep Next)
{
    public static NegotiationAnswer GoOn(OptionReplies replies) => new(replies.Bytes, NegotiationStep.GoOn);

    public static NegotiationAnswer Refuse(NbdOption option, NbdOptionReplyKind kind, string reason)
    {
        var replies = new OptionReplies(option);
        replies.Refuse(kind, reason);
        return GoOn(replies);
    }
}
