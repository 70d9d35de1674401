using Kcopyd.Nbd.Protocol;

namespace Kcopyd.Nbd.Client;

/// <summary>A server that keeps to the protocol does not give an export.</summary>
#pragma warning disable CA1032, CA1064 // thrown in one place, and turned into the exception of devices
internal sealed class NbdExportException(NbdOptionReplyKind kind, string message) : Exception(message)
#pragma warning restore CA1032, CA1064
{
    /// <summary>Why.</summary>
    public NbdOptionReplyKind Kind { get; } = kind;
}
