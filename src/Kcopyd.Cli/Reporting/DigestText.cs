using System.Collections.Immutable;

namespace Kcopyd.Cli.Reporting;

/// <summary>A digest in text. Pure.</summary>
internal static class DigestText
{
    /// <summary>Lower-case hexadecimal, as sha256sum prints it; null where there is no digest.</summary>
    internal static string? Format(ImmutableArray<byte> digest) =>
        digest.IsDefaultOrEmpty ? null : Convert.ToHexStringLower(digest.AsSpan());
}
