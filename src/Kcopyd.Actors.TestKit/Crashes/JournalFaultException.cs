namespace Kcopyd.Actors.TestKit.Crashes;

/// <summary>A journal failed as it was told to.</summary>
/// <param name="message">How.</param>
public sealed class JournalFaultException(string message) : Exception(message);
