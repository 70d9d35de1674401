using Kcopyd.Devices;
using Kcopyd.Nbd.Protocol;

namespace Kcopyd.Nbd.Client;

/// <summary>How a server answered a request.</summary>
/// <param name="Error">Why it failed; <see cref="NbdError.None"/> where it did not.</param>
/// <param name="Reason">What the server says of it; may be empty.</param>
/// <param name="Extents">Of a block status.</param>
internal readonly record struct NbdAnswer(NbdError Error, string? Reason, IReadOnlyList<BlockExtent> Extents);
