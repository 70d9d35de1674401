using Kcopyd.Devices;

namespace Kcopyd.Nbd.Client;

/// <summary>Whose request it is.</summary>
/// <param name="Operation">For messages.</param>
/// <param name="Cancellation">Ends waiting for a connection; what was sent is waited for, as its buffer is in
/// use.</param>
internal readonly record struct NbdCall(DeviceOperation Operation, CancellationToken Cancellation);
