using System.Text.RegularExpressions;

namespace Akka.TestKit.Internal;

/// <summary>What a text must look like; what is null does not matter.</summary>
internal sealed record TextRule(string? Exact, string? Start, string? Contains, Regex? Pattern)
{
    public static TextRule Any { get; } = new(null, null, null, null);

    public bool Accepts(string? text)
        => (Exact is null || string.Equals(text, Exact, StringComparison.Ordinal))
            && (Start is null || text?.StartsWith(Start, StringComparison.Ordinal) == true)
            && (Contains is null || text?.Contains(Contains, StringComparison.Ordinal) == true)
            && (Pattern is null || (text is not null && Pattern.IsMatch(text)));

    public override string ToString()
    {
        var parts = new List<string>();
        Add("message", Exact);
        Add("start", Start);
        Add("contains", Contains);
        Add("pattern", Pattern?.ToString());
        return parts.Count == 0 ? "any message" : string.Join(", ", parts);

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                parts.Add($"{name} \"{value}\"");
            }
        }
    }
}
