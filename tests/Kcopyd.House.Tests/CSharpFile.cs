using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Kcopyd.House.Tests;

/// <summary>A file of code, read by the compiler's own parser.</summary>
/// <param name="Path">From the root, with forward slashes.</param>
/// <param name="Lines">Its lines.</param>
/// <param name="Syntax">Its tree.</param>
internal sealed record CSharpFile(string Path, IReadOnlyList<string> Lines, CompilationUnitSyntax Syntax)
{
    // Both sides of a condition are somebody's code, but a parser sees one: that of a debug build.
    private static readonly CSharpParseOptions Options =
        new(LanguageVersion.Preview, DocumentationMode.Parse, preprocessorSymbols: ["DEBUG"]);

    /// <summary>The name up to the first dot: a partial type may have a file per part.</summary>
    public string Stem => System.IO.Path.GetFileName(Path).Split('.')[0];

    /// <summary>Types that stand in a namespace, not in another type.</summary>
    public IEnumerable<MemberDeclarationSyntax> TopLevelTypes =>
        Types.Where(type => type.Parent is BaseNamespaceDeclarationSyntax or CompilationUnitSyntax);

    /// <summary>Every type, delegates too.</summary>
    public IEnumerable<MemberDeclarationSyntax> Types =>
        Syntax.DescendantNodes().OfType<MemberDeclarationSyntax>()
            .Where(member => member is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax)
            .Where(member => member is not ExtensionBlockDeclarationSyntax);

    public static CSharpFile Parse(string path, string text)
    {
        var tree = CSharpSyntaxTree.ParseText(text, Options);
        return new CSharpFile(path, text.TrimEnd('\n').Split('\n'), tree.GetCompilationUnitRoot());
    }

    public static string NameOf(MemberDeclarationSyntax type) => type switch
    {
        BaseTypeDeclarationSyntax declaration => declaration.Identifier.ValueText,
        DelegateDeclarationSyntax declaration => declaration.Identifier.ValueText,
        _ => "",
    };

    public static bool Has(MemberDeclarationSyntax member, SyntaxKind modifier) =>
        member.Modifiers.Any(token => token.IsKind(modifier));

    /// <summary>The place of a node as a message names it.</summary>
    public string At(SyntaxNode node) => $"{Path}:{FirstLine(node)}";

    public string At(SyntaxToken token) => $"{Path}:{token.GetLocation().GetLineSpan().StartLinePosition.Line + 1}";

    /// <summary>The line on which a declaration begins, after its attributes and comments.</summary>
    public static int FirstLine(SyntaxNode node)
    {
        var first = node is MemberDeclarationSyntax { AttributeLists.Count: > 0 } member
            ? member.AttributeLists.Last().GetLastToken().GetNextToken()
            : node.GetFirstToken();
        return first.GetLocation().GetLineSpan().StartLinePosition.Line + 1;
    }

    /// <summary>The lines of a declaration, from its own first to its last.</summary>
    public static int LineCount(SyntaxNode node) =>
        node.GetLocation().GetLineSpan().EndLinePosition.Line + 2 - FirstLine(node);
}
