namespace Kcopyd.Actors.Copying;

/// <summary>The remote protocol of a client actor. It carries URIs and names only and travels as Protobuf.</summary>
/// <remarks>A node without a client registers its serializer with
/// <see cref="Hosting.KcopydSerialization.Register"/>.</remarks>
/// <param name="CorrelationId">The sender's name for the request; every answer carries it.</param>
public abstract record SubmitMessage(string CorrelationId);
