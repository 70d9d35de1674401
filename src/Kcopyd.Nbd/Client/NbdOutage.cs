namespace Kcopyd.Nbd.Client;

/// <summary>That the server of a device that is in use cannot be reached for now, or can be again.</summary>
/// <param name="Uri">The device.</param>
/// <param name="Reason">Why not, as a sentence; null: it can be again.</param>
public sealed record NbdOutage(string Uri, string? Reason);
