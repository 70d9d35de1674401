using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Kcopyd.House.Tests;

/// <summary>The kernel's behaviours are numbered; a test that shows one carries its number.</summary>
public sealed partial class KernelBehaviourTests
{
    private const int CopyBehaviours = 20;

    [Fact]
    public void Every_behaviour_of_the_copy_engine_is_shown_by_a_test()
    {
        var shown = Repository.CodeUnder("tests").SelectMany(NumbersIn).ToHashSet();

        Findings.None(Enumerable.Range(1, CopyBehaviours).Except(shown)
            .Select(number => $"K{number}: no test shows it: name one K{number}_… that does"));
    }

    [Theory]
    [InlineData("class A { [Fact] public void K6_an_error_stops() { } }", new[] { 6 })]
    [InlineData("class A { [SkippableTheory] public void Here_K6_and_K7_are() { } }", new[] { 6, 7 })]
    [InlineData("class A { public void K6_is_no_test() { } [Fact] public void K6x() { } }", new int[0])]
    public void Numbers_are_found_in_names_of_tests(string text, int[] numbers) =>
        Assert.Equal(numbers, NumbersIn(CSharpFile.Parse("tests/A.cs", text)));

    private static IEnumerable<int> NumbersIn(CSharpFile file) =>
        file.Syntax.DescendantNodes().OfType<MethodDeclarationSyntax>()
            .Where(IsTest)
            .SelectMany(method => Number().Matches(method.Identifier.ValueText))
            .Select(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));

    private static bool IsTest(MethodDeclarationSyntax method) =>
        method.AttributeLists.SelectMany(list => list.Attributes)
            .Select(attribute => attribute.Name.ToString())
            .Any(name => name.EndsWith("Fact", StringComparison.Ordinal)
                || name.EndsWith("Theory", StringComparison.Ordinal));

    [GeneratedRegex("(?<![A-Za-z0-9])K([0-9]+)(?=_|$)")]
    private static partial Regex Number();
}
