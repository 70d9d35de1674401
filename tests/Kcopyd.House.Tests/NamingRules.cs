using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Kcopyd.House.Tests;

/// <summary>
/// The folder listing explains the design: names are nouns of the domain, and a file is named for its one type.
/// </summary>
internal static class NamingRules
{
    /// <summary>Words that say nothing, and what to do instead.</summary>
    private static readonly Dictionary<string, string> BannedWords = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Manager"] = "say what it does: an actor, a store, a table",
        ["Managers"] = "say what it does: an actor, a store, a table",
        ["Helper"] = "name it for what it knows, or put the method where its data is",
        ["Helpers"] = "name it for what it knows, or put the method where its data is",
        ["Util"] = "name it for what it knows, or put the method where its data is",
        ["Utils"] = "name it for what it knows, or put the method where its data is",
        ["Utility"] = "name it for what it knows, or put the method where its data is",
        ["Utilities"] = "name it for what it knows, or put the method where its data is",
        ["Common"] = "name what its parts have in common",
        ["Base"] = "name what it is; a reader sees that it is derived from",
        ["Info"] = "say which: description, geometry, identity, progress, status",
        ["Impl"] = "name how it differs from the contract: file, memory, direct",
    };

    /// <summary>Names that the published Akka packages have, which their stand-ins must have too.</summary>
    private static readonly HashSet<string> AkkaNames =
        new(StringComparer.Ordinal) { "EventFilterBase", "TestKitBase", "WriteJournalBase" };

    private static readonly Dictionary<string, string> OneWordPerThing = new(StringComparer.OrdinalIgnoreCase)
    {
        ["src"] = "source",
        ["dst"] = "target",
        ["dest"] = "target",
    };

    public static IEnumerable<string> TypeNames(CSharpFile file) =>
        from type in file.Types
        let name = CSharpFile.NameOf(type)
        where !(file.Path.StartsWith("src/Akka.Bundled/", StringComparison.Ordinal) && AkkaNames.Contains(name))
        from word in Words.Of(name)
        where BannedWords.ContainsKey(word)
        select $"{file.At(type)}: type {name} has the word '{word}': {BannedWords[word]}";

    public static IEnumerable<string> Identifiers(CSharpFile file) =>
        from token in file.Syntax.DescendantTokens()
        where token.IsKind(SyntaxKind.IdentifierToken)
        from word in Words.Of(token.ValueText)
        where OneWordPerThing.ContainsKey(word)
        select $"{file.At(token)}: '{token.ValueText}': one word per thing, here '{OneWordPerThing[word]}'";

    /// <summary>
    /// One type of a file is the one that it is named for; in the product it is alone, in tests no other is public.
    /// </summary>
    public static IEnumerable<string> FileNames(CSharpFile file)
    {
        var types = file.TopLevelTypes.Where(type => !CSharpFile.Has(type, SyntaxKind.FileKeyword)).ToList();
        if (types.Count == 0)
        {
            return [];
        }

        if (types.All(type => CSharpFile.NameOf(type) != file.Stem))
        {
            var held = string.Join(", ", types.Select(CSharpFile.NameOf));
            return [$"{file.Path}: holds {held}: name the file for its type"];
        }

        var isProduct = file.Path.StartsWith("src/", StringComparison.Ordinal);
        return types
            .Where(type => CSharpFile.NameOf(type) != file.Stem)
            .Where(type => isProduct || CSharpFile.Has(type, SyntaxKind.PublicKeyword))
            .Select(type => $"{file.At(type)}: {CSharpFile.NameOf(type)} stands in the file of {file.Stem}: "
                + "give it a file of its own, or nest it if it is one of a closed family");
    }
}
