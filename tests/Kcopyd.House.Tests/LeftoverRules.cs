using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Kcopyd.House.Tests;

/// <summary>What must not stay in the code.</summary>
internal static partial class LeftoverRules
{
    private const string Unimplemented = "NotImplementedException";

    private static readonly HashSet<string> AwaitingHandlers = new(StringComparer.Ordinal)
    {
        "ReceiveAsync", "ReceiveAnyAsync", "CommandAsync", "CommandAnyAsync", "RunTask",
    };

    public static IEnumerable<string> Comments(CSharpFile file) =>
        from trivia in file.Syntax.DescendantTrivia()
        where trivia.Kind() is SyntaxKind.SingleLineCommentTrivia or SyntaxKind.MultiLineCommentTrivia
            or SyntaxKind.SingleLineDocumentationCommentTrivia or SyntaxKind.MultiLineDocumentationCommentTrivia
        from Match match in Mark().Matches(trivia.ToFullString())
        select $"{At(file, trivia)}: '{match.Value}': "
            + "settle it now; a TODO names its issue, as in 'TODO #12: …', and the other marks do not merge";

    public static IEnumerable<string> NotImplemented(CSharpFile file) =>
        from name in file.Syntax.DescendantNodes().OfType<SimpleNameSyntax>()
        where name.Identifier.ValueText == Unimplemented
        select $"{file.At(name)}: {Unimplemented}: write it, or NotSupportedException with the reason";

    public static IEnumerable<string> Sleeps(CSharpFile file) =>
        from access in file.Syntax.DescendantNodes().OfType<MemberAccessExpressionSyntax>()
        let called = $"{access.Expression.ToString().Split('.')[^1]}.{access.Name.Identifier.ValueText}"
        where called is "Thread.Sleep" or "Task.Delay"
        select $"{file.At(access)}: {called}: wait on a gate or a message, and move time with the test scheduler";

    /// <summary>A call without a receiver is the actor's own; a socket may receive asynchronously.</summary>
    public static IEnumerable<string> AwaitingActors(CSharpFile file) =>
        from call in file.Syntax.DescendantNodes().OfType<InvocationExpressionSyntax>()
        let name = call.Expression switch
        {
            SimpleNameSyntax own => own.Identifier.ValueText,
            MemberAccessExpressionSyntax { Expression: ThisExpressionSyntax or BaseExpressionSyntax } own =>
                own.Name.Identifier.ValueText,
            MemberAccessExpressionSyntax { Name.Identifier.ValueText: "RunTask" } => "RunTask",
            _ => "",
        }
        where AwaitingHandlers.Contains(name)
        select $"{file.At(call)}: {name}: a handler never awaits; pipe the work back with PipeTo(Self)";

    /// <summary>Where somebody's machine keeps things has no place in a repository.</summary>
    public static IEnumerable<string> MachinePaths(string path, string text) =>
        from line in text.Split('\n').Index()
        from Match match in MachinePath().Matches(line.Item)
        select $"{path}:{line.Index + 1}: '{match.Value}': write a path from the root of the repository";

    private static string At(CSharpFile file, SyntaxTrivia trivia) =>
        $"{file.Path}:{trivia.GetLocation().GetLineSpan().StartLinePosition.Line + 1}";

    [GeneratedRegex(@"\b(FIXME|HACK|XXX)\b|\bTODO\b(?!\s*\(?#\d+)")]
    private static partial Regex Mark();

    // Written so that this file does not contain what it looks for.
    [GeneratedRegex(@"(?<![\w.$}-])/(work|root|tmp/w[t])/")]
    private static partial Regex MachinePath();
}
