namespace Kcopyd.Nbd.Serving;

/// <summary>A request that a device failed, and whose client was told so.</summary>
/// <param name="Export">What was asked.</param>
/// <param name="Peer">Who asked: an address, or the process at the other end of a Unix socket.</param>
/// <param name="Cause">Why, mostly a <see cref="Kcopyd.Devices.DeviceException"/>, which says what was asked of which
/// device and where.</param>
public sealed record NbdRequestFailure(string Export, string Peer, Exception Cause);
