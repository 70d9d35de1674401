namespace Kcopyd.Actors.Journaling;

/// <summary>A journal, or the part of it that is about one job, cannot be used. Nothing of it was changed.</summary>
/// <param name="message">One sentence that names what is wrong and where.</param>
/// <param name="cause">What the system said; null where it said nothing.</param>
public sealed class JournalException(string message, Exception? cause = null) : Exception(message, cause);
