namespace Akka.TestKit.Internal;

/// <summary>Which log source is meant: the text itself, or an actor path with or without address and uid.</summary>
internal sealed record SourceRule(string? Source)
{
    public bool Accepts(string? source)
        => Source is null || source == Source || (source is not null && Plain(source) == Plain(Source));

    public override string ToString() => Source is null ? string.Empty : $" from \"{Source}\"";

    private static string Plain(string source)
    {
        var text = source.Trim('[', ']');
        var uid = text.LastIndexOf('#');
        text = uid > text.LastIndexOf('/') ? text[..uid] : text;
        var protocol = text.IndexOf("://", StringComparison.Ordinal);
        if (protocol < 0)
        {
            return text;
        }

        var path = text.IndexOf('/', protocol + 3);
        return path < 0 ? text : text[path..];
    }
}
