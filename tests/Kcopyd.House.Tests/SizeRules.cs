using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Kcopyd.House.Tests;

/// <summary>A method fits a screen, a file fits a sitting.</summary>
internal static class SizeRules
{
    public const int MaxFileLines = 400;
    public const int MaxMethodLines = 60;
    public const int MaxParameters = 5;
    public const int MaxNesting = 3;
    public const int MaxColumns = 120;

    public static IEnumerable<string> FileLines(CSharpFile file) =>
        file.Lines.Count > MaxFileLines
            ? [$"{file.Path}: {file.Lines.Count} lines, at most {MaxFileLines}: give a part of it a file of its own"]
            : [];

    public static IEnumerable<string> Columns(CSharpFile file) =>
        file.Lines.Index()
            .Where(line => line.Item.TrimEnd('\r').Length > MaxColumns)
            .Select(line => $"{file.Path}:{line.Index + 1}: {line.Item.Length} columns, at most {MaxColumns}: "
                + "break the line");

    public static IEnumerable<string> MethodLines(CSharpFile file) =>
        file.Syntax.DescendantNodes()
            .Where(node => node
                is BaseMethodDeclarationSyntax or AccessorDeclarationSyntax or LocalFunctionStatementSyntax)
            .Where(node => CSharpFile.LineCount(node) > MaxMethodLines)
            .Select(node => $"{file.At(node)}: {CSharpFile.LineCount(node)} lines, at most {MaxMethodLines}: "
                + "keep the branches, move the steps into methods below it");

    /// <summary>
    /// Positional records are excepted, and what stands in for a published package has that package's signatures.
    /// </summary>
    public static IEnumerable<string> Parameters(CSharpFile file) =>
        file.Syntax.DescendantNodes().OfType<ParameterListSyntax>()
            .Where(list => list.Parameters.Count > MaxParameters && list.Parent is not RecordDeclarationSyntax)
            .Where(list => !IsForced(file, list.Parent!))
            .Select(list => $"{file.At(list)}: {list.Parameters.Count} parameters, at most {MaxParameters}: "
                + "pass a record that names what belongs together");

    public static IEnumerable<string> Nesting(CSharpFile file) =>
        file.Syntax.DescendantNodes().OfType<StatementSyntax>()
            .Where(statement => Nests(statement) && Depth(statement) == MaxNesting + 1)
            .Select(statement => $"{file.At(statement)}: nested {MaxNesting + 1} deep, at most {MaxNesting}: "
                + "guard first and return, or give the inner step a method of its own");

    private static bool IsForced(CSharpFile file, SyntaxNode owner) =>
        IsOfAkka(file, owner)
        || (owner is MemberDeclarationSyntax member && CSharpFile.Has(member, SyntaxKind.OverrideKeyword))
        || (owner is MethodDeclarationSyntax method
            && (CSharpFile.Has(method, SyntaxKind.ExternKeyword)
                || method.AttributeLists.ToString().Contains("LibraryImport", StringComparison.Ordinal)));

    private static bool IsOfAkka(CSharpFile file, SyntaxNode owner) =>
        file.Path.StartsWith("src/Akka.Bundled/", StringComparison.Ordinal)
        && owner is MemberDeclarationSyntax member
        && (CSharpFile.Has(member, SyntaxKind.PublicKeyword) || CSharpFile.Has(member, SyntaxKind.ProtectedKeyword)
            || member.Parent is InterfaceDeclarationSyntax);

    private static int Depth(StatementSyntax statement) =>
        statement.AncestorsAndSelf()
            .TakeWhile(node => node is not (MemberDeclarationSyntax or LocalFunctionStatementSyntax))
            .OfType<StatementSyntax>()
            .Count(Nests);

    private static bool Nests(StatementSyntax statement) => statement switch
    {
        IfStatementSyntax { Parent: ElseClauseSyntax } => false,
        UsingStatementSyntax { Statement: UsingStatementSyntax } => false,
        FixedStatementSyntax { Statement: FixedStatementSyntax } => false,
        IfStatementSyntax or SwitchStatementSyntax
            or ForStatementSyntax or CommonForEachStatementSyntax or WhileStatementSyntax or DoStatementSyntax
            or TryStatementSyntax or UsingStatementSyntax or LockStatementSyntax
            or FixedStatementSyntax or UnsafeStatementSyntax or CheckedStatementSyntax => true,
        _ => false,
    };
}
