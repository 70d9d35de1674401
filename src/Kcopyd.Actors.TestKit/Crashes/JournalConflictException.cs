namespace Kcopyd.Actors.TestKit.Crashes;

/// <summary>An event has the persistence id and the sequence number of one that is stored: another writer was
/// faster.</summary>
/// <param name="message">Which.</param>
public sealed class JournalConflictException(string message) : Exception(message);
