namespace Kcopyd.House.Tests;

public sealed class SizeTests
{
    [Fact]
    public void File_fits_a_sitting() => Findings.None(Repository.Code.SelectMany(SizeRules.FileLines));

    [Fact]
    public void Line_fits_a_screen() => Findings.None(Repository.Code.SelectMany(SizeRules.Columns));

    [Fact]
    public void Method_fits_a_screen() => Findings.None(Repository.Code.SelectMany(SizeRules.MethodLines));

    [Fact]
    public void Method_has_few_parameters() => Findings.None(Repository.Code.SelectMany(SizeRules.Parameters));

    [Fact]
    public void Statements_are_nested_little() => Findings.None(Repository.Code.SelectMany(SizeRules.Nesting));

    [Fact]
    public void Rules_count_files_lines_and_methods()
    {
        var longest = string.Concat(Enumerable.Repeat("\n", SizeRules.MaxFileLines - 1)) + "class A;\n";
        Assert.Empty(SizeRules.FileLines(File(longest)));
        Assert.Single(SizeRules.FileLines(File("\n" + longest)));
        Assert.Empty(SizeRules.Columns(File(new string(' ', SizeRules.MaxColumns) + "\n")));
        Assert.Single(SizeRules.Columns(File(new string(' ', SizeRules.MaxColumns + 1) + "\n")));

        string Method(int lines) => "class A\n{\n  /// <summary>D.</summary>\n  [B]\n  void M()\n  {\n"
            + string.Concat(Enumerable.Repeat("    N();\n", lines - 3)) + "  }\n}\n";
        Assert.Empty(SizeRules.MethodLines(File(Method(SizeRules.MaxMethodLines))));
        var finding = Assert.Single(SizeRules.MethodLines(File(Method(SizeRules.MaxMethodLines + 1))));
        Assert.StartsWith("src/A.cs:5: 61 lines", finding, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("class A { void M(int a, int b, int c, int d, int e) { } }", 0)]
    [InlineData("class A { void M(int a, int b, int c, int d, int e, int f) { } }", 1)]
    [InlineData("class A(int a, int b, int c, int d, int e, int f);", 1)]
    [InlineData("record A(int B, int C, int D, int E, int F, int G);", 0)]
    [InlineData("class A { A(int a, int b, int c, int d, int e, int f) { } }", 1)]
    [InlineData("class A { public override void M(int a, int b, int c, int d, int e, int f) { } }", 0)]
    [InlineData("class A { static extern int F(int a, int b, int c, int d, int e, int f); }", 0)]
    public void Rules_count_parameters(string text, int findings) =>
        Assert.Equal(findings, SizeRules.Parameters(File(text)).Count());

    [Theory]
    [InlineData("if (a) { while (b) { foreach (var c in d) { E(); } } }", 0)]
    [InlineData("if (a) { while (b) { foreach (var c in d) { try { E(); } finally { } } } }", 1)]
    [InlineData("if (a) { } else if (b) { } else if (c) { } else if (d) { E(); } else { F(); }", 0)]
    [InlineData("switch (a) { case 1: if (b) { for (;;) { if (c) { D(); } } } break; }", 1)]
    [InlineData("if (a) { while (b) { lock (c) { D(() => { if (e) { F(); } }); } } }", 1)]
    [InlineData("if (a) { while (b) { void C() { if (d) { if (e) { F(); } } } } }", 0)]
    public void Rules_count_nesting(string body, int findings) =>
        Assert.Equal(findings, SizeRules.Nesting(File($"class A {{ void M() {{ {body} }} }}")).Count());

    private static CSharpFile File(string text) => CSharpFile.Parse("src/A.cs", text);
}
