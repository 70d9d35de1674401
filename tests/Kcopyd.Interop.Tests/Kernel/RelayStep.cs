namespace Kcopyd.Interop.Tests.Kernel;

/// <summary>A mirror runs once, here or in the kernel, until it is in sync and was written to.</summary>
/// <param name="Sectors">Its length.</param>
/// <param name="Argument">The last argument of its log: <c>sync</c>, <c>nosync</c> or none.</param>
internal sealed record RelayStep(int Sectors, string Argument = "")
{
    /// <summary>What somebody does to the log before.</summary>
    public Action<byte[]>? Tamper { get; init; }
}
