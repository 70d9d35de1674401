namespace Kcopyd.Nbd.Client;

/// <summary>A connection is lost: what was asked on it may have happened or not.</summary>
#pragma warning disable CA1032, CA1064 // thrown in one place, and turned into the exception of devices
internal sealed class NbdDisconnectedException(string message, Exception cause) : Exception(message, cause);
#pragma warning restore CA1032, CA1064
