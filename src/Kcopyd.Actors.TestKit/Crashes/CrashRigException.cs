namespace Kcopyd.Actors.TestKit.Crashes;

/// <summary>What a machine did around a power cut is not as demanded; the message names the seed and how to repeat
/// it.</summary>
/// <param name="message">What is wrong, and how to repeat it.</param>
/// <param name="innerException">What was thrown.</param>
public sealed class CrashRigException(string message, Exception? innerException = null)
    : Exception(message, innerException);
