namespace Kcopyd.Actors.Mirrors;

/// <summary>The log of a mirror cannot be used. The message is one sentence that names it.</summary>
public sealed class MirrorLogException(string message, Exception? innerException = null)
    : Exception(message, innerException);
