using System.Security.Cryptography;
using System.Text;
using Kcopyd.Actors.Journaling;

namespace Kcopyd.Cli.Planning;

/// <summary>Names a job by what it is about, so that the same command finds the job that it began. Pure.</summary>
internal static class JobNaming
{
    /// <summary>Enough of a file name to recognise it; the rest of the name tells jobs apart.</summary>
    private const int PrefixLength = 40;

    /// <summary>Enough of a digest that two jobs of one machine hardly share it; if they did, the second would be
    /// refused.</summary>
    private const int DigestDigits = 8;

    /// <summary>The name: <c>disk.img-1f0a9c33</c>.</summary>
    /// <param name="about">What the job is about, with absolute URIs.</param>
    /// <param name="isCounted">Whether its count was asked for; else it goes to the end of the source, wherever that
    /// is when the command is given again.</param>
    internal static string NameOf(JobDescription about, bool isCounted)
    {
        var source = about.Source?.Uri ?? about.Kind.ToString();
        var text = new StringBuilder();
        text.Append(about.Kind).Append('\n').Append(isCounted ? about.SectorCount : -1).Append('\n');
        foreach (var region in about.Targets.Prepend(about.Source ?? new JobRegion(string.Empty)))
        {
            text.Append(region.FirstSector).Append(' ').Append(region.Uri).Append('\n');
        }

        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
        return $"{Prefix(source)}-{digest[..DigestDigits]}";
    }

    private static string Prefix(string uri)
    {
        var name = Path.GetFileName(DevicePath.Of(uri).TrimEnd('/'));
        var safe = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' ? c : '-'));
        var begun = safe.TrimStart('.', '-');
        var cut = begun[..Math.Min(begun.Length, PrefixLength)].TrimEnd('-', '.');
        return cut.Length > 0 ? cut : "job";
    }
}
