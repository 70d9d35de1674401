namespace Kcopyd.Nbd.Transport;

/// <summary>Sends bytes, and waits for that; never fails. Both are of whole pieces together: nothing of another thread
/// comes between them.</summary>
/// <param name="first">What goes first.</param>
/// <param name="rest">What follows it; may be empty.</param>
internal delegate void SendBytes(ReadOnlySpan<byte> first, ReadOnlySpan<byte> rest);
