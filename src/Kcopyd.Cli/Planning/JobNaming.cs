using System.Security.Cryptography;
using System.Text;
using Kcopyd.Cli.Requests;

namespace Kcopyd.Cli.Planning;

/// <summary>Names a job by what it is about, so that the same command finds the job that it began.</summary>
internal static class JobNaming
{
    /// <summary>Enough of a file name to recognise it; the rest of the name tells jobs apart.</summary>
    private const int PrefixLength = 40;

    /// <summary>Enough of a digest that two jobs of one machine hardly share it; if they did, the second would be
    /// refused.</summary>
    private const int DigestDigits = 8;

    /// <summary>The name: <c>disk.img-1f0a9c33</c>.</summary>
    /// <remarks>A count counts only if it was asked for: a copy to the end of its source stays the same job when the
    /// source has another end.</remarks>
    internal static string NameOf(TransferRequest request)
    {
        var text = new StringBuilder();
        text.Append(request.Kind).Append('\n').Append(request.SectorCount ?? -1).Append('\n');
        Append(text, request.SourceSector, request.Source);
        foreach (var target in request.Targets)
        {
            Append(text, request.TargetSector ?? 0, target);
        }

        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
        return $"{Prefix(request.Source ?? request.Targets[0])}-{digest[..DigestDigits]}";
    }

    private static void Append(StringBuilder text, long sector, string? uri) =>
        text.Append(sector).Append(' ').Append(uri is null ? string.Empty : DevicePath.Absolute(uri)).Append('\n');

    private static string Prefix(string uri)
    {
        var name = Path.GetFileName(DevicePath.Of(uri).TrimEnd('/'));
        var safe = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' ? c : '-'));
        var begun = safe.TrimStart('.', '-');
        var cut = begun[..Math.Min(begun.Length, PrefixLength)].TrimEnd('-', '.');
        return cut.Length > 0 ? cut : "job";
    }
}
