using System.Text.RegularExpressions;

namespace Kcopyd.House.Tests;

/// <summary>The words of an identifier: <c>_sourceOffset</c> is source and Offset.</summary>
internal static partial class Words
{
    public static IEnumerable<string> Of(string identifier) =>
        Word().Matches(identifier).Select(match => match.Value);

    [GeneratedRegex("[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")]
    private static partial Regex Word();
}
