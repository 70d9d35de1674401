namespace Kcopyd.Cli.Execution;

/// <summary>What is said of a job that there is not. Pure.</summary>
internal static class UnknownJob
{
    /// <summary>Names that are listed: enough to find a slip, few enough for a sentence.</summary>
    private const int ListedNames = 5;

    /// <summary>The sentence, with the names that are most like it.</summary>
    internal static string Sentence(string name, IReadOnlyList<string> known)
    {
        if (known.Count == 0)
        {
            return $"there is no job {name}: the journal has none";
        }

        var likely = known
            .OrderByDescending(other => CommonPrefix(name, other))
            .ThenBy(other => other, StringComparer.Ordinal)
            .Take(ListedNames);
        var more = known.Count > ListedNames ? $" and {known.Count - ListedNames} more" : string.Empty;
        return $"there is no job {name}; there are {string.Join(", ", likely)}{more} (kcopyd jobs --all lists them)";
    }

    private static int CommonPrefix(string one, string other) =>
        one.AsSpan().CommonPrefixLength(other);
}
