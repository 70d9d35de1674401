using System.Globalization;
using System.Text;
using Kcopyd.Cli.Requests;

namespace Kcopyd.Cli.Planning;

/// <summary>Names a job by what it is about, so that the same command finds the job that it began.</summary>
internal static class JobNaming
{
    /// <summary>Enough of a file name to recognise it; the rest of the name tells jobs apart.</summary>
    private const int PrefixLength = 40;

    /// <summary>The name: <c>disk.img-1f0a9c33</c>.</summary>
    /// <remarks>A count counts only if it was asked for: a copy to the end of its source stays the same job when the
    /// source has another end.</remarks>
    internal static string NameOf(TransferRequest request)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{request.Kind}\n{request.SectorCount ?? -1}\n");
        Append(text, request.SourceSector, request.Source);
        foreach (var target in request.Targets)
        {
            Append(text, request.TargetSector ?? 0, target);
        }

        return string.Create(
            CultureInfo.InvariantCulture, $"{Prefix(request.Source ?? request.Targets[0])}-{Hash(text.ToString()):x8}");
    }

    /// <summary>FNV-1a of 32 bits: two jobs of one machine hardly share it, and if they did, the second would be
    /// refused. A cryptographic one would load a library that takes longer than a small copy.</summary>
    private static uint Hash(string text)
    {
        const uint Basis = 2_166_136_261;
        const uint Prime = 16_777_619;
        return Encoding.UTF8.GetBytes(text).Aggregate(Basis, (hash, next) => unchecked((hash ^ next) * Prime));
    }

    private static void Append(StringBuilder text, long sector, string? uri) =>
        text.Append(
            CultureInfo.InvariantCulture, $"{sector} {(uri is null ? string.Empty : DevicePath.Absolute(uri))}\n");

    private static string Prefix(string uri)
    {
        var device = SnapshotUri.IsOne(uri) ? SnapshotUri.TableOf(uri)?.Cow ?? uri : uri;
        var name = Path.GetFileName(DevicePath.Of(device).TrimEnd('/'));
        var safe = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' ? c : '-'));
        var begun = safe.TrimStart('.', '-');
        var cut = begun[..Math.Min(begun.Length, PrefixLength)].TrimEnd('-', '.');
        return cut.Length > 0 ? cut : "job";
    }
}
