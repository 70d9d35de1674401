namespace Akka.Persistence.Internal;

/// <summary>What runs when the journal answers for an event.</summary>
/// <param name="Run">The handler.</param>
/// <param name="HoldsCommands">Whether no command is received before.</param>
internal readonly record struct PendingHandler(Action<object> Run, bool HoldsCommands);
