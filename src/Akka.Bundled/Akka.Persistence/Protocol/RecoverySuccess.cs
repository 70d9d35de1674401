using Akka.Event;

namespace Akka.Persistence;

/// <summary>Response: the replay is complete.</summary>
/// <param name="HighestSequenceNr">The highest sequence number ever written, also of events that were deleted or not
/// asked for; 0 when there was none.</param>
public sealed record RecoverySuccess(long HighestSequenceNr) : IJournalResponse, IDeadLetterSuppression;
