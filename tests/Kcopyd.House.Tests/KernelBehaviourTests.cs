using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Kcopyd.House.Tests;

/// <summary>The kernel's behaviours are numbered; a test that shows one carries its number.</summary>
public sealed partial class KernelBehaviourTests
{
    [Theory]
    [InlineData('K', 20)]
    [InlineData('M', 25)]
    public void Every_behaviour_is_shown_by_a_test(char letter, int count)
    {
        var shown = Repository.CodeUnder("tests").SelectMany(file => NumbersIn(file, letter)).ToHashSet();

        Findings.None(Enumerable.Range(1, count).Except(shown)
            .Select(number => $"{letter}{number}: no test shows it: name one {letter}{number}_… that does"));
    }

    [Theory]
    [InlineData("class A { [Fact] public void K6_an_error_stops() { } }", 'K', new[] { 6 })]
    [InlineData("class A { [SkippableTheory] public void Here_K6_and_K7_are() { } }", 'K', new[] { 6, 7 })]
    [InlineData("class A { public void K6_is_no_test() { } [Fact] public void K6x() { } }", 'K', new int[0])]
    [InlineData("class A { [Fact] public void M6_is_like_K7() { } }", 'M', new[] { 6 })]
    public void Numbers_are_found_in_names_of_tests(string text, char letter, int[] numbers) =>
        Assert.Equal(numbers, NumbersIn(CSharpFile.Parse("tests/A.cs", text), letter));

    private static IEnumerable<int> NumbersIn(CSharpFile file, char letter) =>
        file.Syntax.DescendantNodes().OfType<MethodDeclarationSyntax>()
            .Where(IsTest)
            .SelectMany(method => Number().Matches(method.Identifier.ValueText))
            .Where(match => match.ValueSpan[0] == letter)
            .Select(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));

    private static bool IsTest(MethodDeclarationSyntax method) =>
        method.AttributeLists.SelectMany(list => list.Attributes)
            .Select(attribute => attribute.Name.ToString())
            .Any(name => name.EndsWith("Fact", StringComparison.Ordinal)
                || name.EndsWith("Theory", StringComparison.Ordinal));

    [GeneratedRegex("(?<![A-Za-z0-9])[KM]([0-9]+)(?=_|$)")]
    private static partial Regex Number();
}
