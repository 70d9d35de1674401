using System.Text.RegularExpressions;

namespace Kcopyd.House.Tests;

/// <summary>Every key of the reference settings says in a comment above it what it does and its unit.</summary>
/// <remarks>
/// The value that stands there is the default: the head of the file says so, or the comment of the key.
/// </remarks>
internal static partial class SettingRules
{
    public const string File = "config/kcopyd.hocon";

    public static IEnumerable<string> Check(string text)
    {
        var areDefaults = text.TrimStart().Split("\n\n")[0].Contains("default", StringComparison.OrdinalIgnoreCase);
        var comment = new List<string>();
        foreach (var (number, line) in text.Split('\n').Index())
        {
            var trimmed = line.Trim();
            if (trimmed.StartsWith('#') || trimmed.StartsWith("//", StringComparison.Ordinal))
            {
                comment.Add(trimmed);
                continue;
            }

            if (Setting().Match(trimmed) is { Success: true } setting)
            {
                var finding = Lacks(string.Join(' ', comment), setting.Groups["value"].Value, areDefaults);
                if (finding is not null)
                {
                    yield return $"{File}:{number + 1}: {setting.Groups["key"].Value}: {finding}";
                }
            }

            comment.Clear();
        }
    }

    private static string? Lacks(string comment, string value, bool isDefault)
    {
        if (comment.Length == 0)
        {
            return "has no comment above it: say effect, unit, default and bounds";
        }

        if (!isDefault && !comment.Contains("default", StringComparison.OrdinalIgnoreCase))
        {
            return "does not say its default: add 'Default: …'";
        }

        return Number().IsMatch(value) && !Unit().IsMatch(comment)
            ? "is a bare number without a unit: name the unit in the comment, or write it behind the number"
            : null;
    }

    // A key that opens a block is documented by the keys in it.
    [GeneratedRegex("""^(?<key>[\w.\-"]+)\s*(=|:|\+=)\s*(?<value>[^{\s].*)$""")]
    private static partial Regex Setting();

    [GeneratedRegex("""^"?-?[0-9.]+"?\s*(#.*)?$""")]
    private static partial Regex Number();

    [GeneratedRegex(
        @"\b(unit|bytes?|sectors?|pages?|segments?|jobs?|messages?|targets?|times|ranges?|regions?|chunks?|"
        + @"days|hours|minutes|seconds|milliseconds|ms|s|per cent|percent|[KMG]iB)\b|%",
        RegexOptions.IgnoreCase)]
    private static partial Regex Unit();
}
