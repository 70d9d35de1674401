using System.Globalization;

namespace Kcopyd.Nbd.Protocol;

/// <summary>A peer does not keep to the protocol, or wants what we do not speak: the connection is of no more
/// use.</summary>
public sealed class NbdProtocolException : Exception
{
    /// <summary>With a sentence that says what came and what should have.</summary>
    public NbdProtocolException(string message)
        : base(message)
    {
    }

    /// <summary>As the other, with the cause.</summary>
    public NbdProtocolException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Without a sentence.</summary>
    public NbdProtocolException()
    {
    }

    internal static NbdProtocolException WrongMagic(string what, ulong found, ulong expected) =>
        new(string.Create(
            CultureInfo.InvariantCulture,
            $"the peer does not speak NBD: its {what} begins with 0x{found:x}, expected 0x{expected:x}"));
}
