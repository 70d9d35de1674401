using Akka.Actor;
using Akka.Serialization;
using Google.Protobuf;
using Kcopyd.Actors.Copying;

namespace Kcopyd.Actors.Hosting;

/// <summary>The remote protocol as Protobuf. Manifests are short and never change their meaning.</summary>
internal sealed class SubmitMessageSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    /// <summary>The serializer's number among all of a cluster's; 0 to 40 are Akka's own.</summary>
    public const int SerializerId = 7_107;

    private const string SubmitManifest = "S";
    private const string AcceptedManifest = "A";
    private const string BusyManifest = "B";
    private const string RejectedManifest = "R";
    private const string CompletedManifest = "C";

    /// <inheritdoc/>
    public override int Identifier => SerializerId;

    /// <inheritdoc/>
    public override string Manifest(object o) => o switch
    {
        SubmitCopy => SubmitManifest,
        SubmitAccepted => AcceptedManifest,
        SubmitBusy => BusyManifest,
        SubmitRejected => RejectedManifest,
        SubmitCompleted => CompletedManifest,
        _ => throw Unknown(o),
    };

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj)
    {
        IMessage message = obj switch
        {
            SubmitCopy m => SubmitMessageMapping.ToWire(m),
            SubmitAccepted m => new Protocol.Accepted { CorrelationId = m.CorrelationId, Job = m.Job.Value },
            SubmitBusy m => new Protocol.Busy { CorrelationId = m.CorrelationId, QueueLimit = m.QueueLimit },
            SubmitRejected m => SubmitMessageMapping.ToWire(m),
            SubmitCompleted m => SubmitMessageMapping.ToWire(m),
            _ => throw Unknown(obj),
        };
        return message.ToByteArray();
    }

    /// <inheritdoc/>
    public override object FromBinary(byte[] bytes, string manifest) => manifest switch
    {
        SubmitManifest => SubmitMessageMapping.FromWire(Protocol.Submit.Parser.ParseFrom(bytes)),
        AcceptedManifest => SubmitMessageMapping.FromWire(Protocol.Accepted.Parser.ParseFrom(bytes)),
        BusyManifest => SubmitMessageMapping.FromWire(Protocol.Busy.Parser.ParseFrom(bytes)),
        RejectedManifest => SubmitMessageMapping.FromWire(Protocol.Rejected.Parser.ParseFrom(bytes)),
        CompletedManifest => SubmitMessageMapping.FromWire(Protocol.Completed.Parser.ParseFrom(bytes)),
        _ => throw new ArgumentException($"The manifest '{manifest}' is none of this protocol's.", nameof(manifest)),
    };

    private static ArgumentException Unknown(object message) =>
        new($"{message.GetType()} is no message of this protocol.", nameof(message));
}
