namespace Kcopyd.Nbd.Protocol;

/// <summary>How large things are on the wire, and how large we let a peer make them. Unit: bytes.</summary>
internal static class NbdLimits
{
    /// <summary>The longest name or other text of the specification.</summary>
    public const int MaxString = 4096;

    /// <summary>The longest payload of an option, or of the answer to one, that is read.</summary>
    public const int MaxOptionPayload = 64 * 1024;

    /// <summary>The longest read or write where a server promises nothing else.</summary>
    public const int MaxPayload = 32 * 1024 * 1024;

    /// <summary>The most extents of one block status that are read or sent.</summary>
    public const int MaxExtents = 16 * 1024;

    /// <summary>What follows the answer to <see cref="NbdOption.ExportName"/> unless it is left out.</summary>
    public const int ExportNamePadding = 124;
}
