using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Kcopyd.House.Tests;

/// <summary>
/// Log events are a catalogue: a class <c>…Log</c> per family, with a hundred ids of its own that are never reused.
/// </summary>
internal static class LogEventRules
{
    private const int FamilySize = 100;

    public static IEnumerable<string> Check(IEnumerable<CSharpFile> code)
    {
        var events = code.SelectMany(EventsOf).ToList();
        var unnumbered = events.Where(e => e.Id is null)
            .Select(e => $"{e.Place}: has no number: give it the next free id of {e.Family}");
        var homeless = events.Where(e => !e.Family.EndsWith("Log", StringComparison.Ordinal))
            .Select(e => $"{e.Place}: stands in {e.Family}: events stand in a catalogue named …Log");
        var reused = events.Where(e => e.Id is not null).GroupBy(e => e.Id).Where(same => same.Count() > 1)
            .Select(same => $"{string.Join(" and ", same.Select(e => e.Place))}: all are {same.Key}: "
                + "take the next free id");
        return [.. unnumbered, .. homeless, .. reused, .. Strays(events)];
    }

    /// <summary>The first event of a family says which hundred is the family's.</summary>
    private static IEnumerable<string> Strays(List<LogEvent> events)
    {
        var families = events.Where(e => e.Id is not null).GroupBy(e => e.Family)
            .Select(family => (Name: family.Key, Range: family.First().Id!.Value / FamilySize, Events: family.ToList()))
            .ToList();
        var outside = from family in families
                      from e in family.Events
                      where e.Id / FamilySize != family.Range
                      let first = family.Range * FamilySize
                      select $"{e.Place}: {e.Id}: take an id from {first} to {first + FamilySize - 1}, {e.Family}'s";
        var shared = families.GroupBy(family => family.Range).Where(same => same.Count() > 1)
            .Select(same => $"{string.Join(" and ", same.Select(family => family.Name))} share the range of "
                + $"{same.Key * FamilySize}: give each a hundred of its own");
        return outside.Concat(shared);
    }

    private static IEnumerable<LogEvent> EventsOf(CSharpFile file) =>
        from attribute in file.Syntax.DescendantNodes().OfType<AttributeSyntax>()
        where attribute.Name.ToString().Split('.')[^1] is "LoggerMessage" or "LoggerMessageAttribute"
        let family = attribute.Ancestors().OfType<BaseTypeDeclarationSyntax>().First().Identifier.ValueText
        select new LogEvent(family, file.At(attribute), IdOf(attribute));

    private static int? IdOf(AttributeSyntax attribute)
    {
        var arguments = attribute.ArgumentList?.Arguments ?? default;
        var named = arguments.FirstOrDefault(argument =>
            (argument.NameEquals?.Name ?? argument.NameColon?.Name)?.Identifier.ValueText is "EventId" or "eventId");
        var first = arguments.FirstOrDefault(argument => argument.NameEquals is null && argument.NameColon is null);
        return (named ?? first)?.Expression is LiteralExpressionSyntax { Token.Value: int id } ? id : null;
    }

    private sealed record LogEvent(string Family, string Place, int? Id);
}
