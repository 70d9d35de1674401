using Akka.Actor;

namespace Akka.Persistence;

/// <summary>A message between persistent actors and plug-ins, which never leaves the process.</summary>
public interface IPersistenceMessage : INoSerializationVerificationNeeded;
