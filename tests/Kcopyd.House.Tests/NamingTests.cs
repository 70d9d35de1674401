namespace Kcopyd.House.Tests;

public sealed class NamingTests
{
    [Fact]
    public void Type_names_say_something() =>
        Findings.None(Repository.Code.SelectMany(NamingRules.TypeNames));

    [Fact]
    public void Source_and_target_are_the_words() =>
        Findings.None(Repository.CodeUnder("src", "tests", "samples").SelectMany(NamingRules.Identifiers));

    [Fact]
    public void File_is_named_for_its_one_type() =>
        Findings.None(Repository.CodeUnder("src", "tests", "samples").SelectMany(NamingRules.FileNames));

    [Theory]
    [InlineData("class CopyManager;", 1)]
    [InlineData("class A { enum PathUtils { B } }", 1)]
    [InlineData("delegate void DeviceInfo();", 1)]
    [InlineData("interface IDeviceBase;", 1)]
    [InlineData("record struct IOHelper;", 1)]
    [InlineData("class Database;", 0)]
    [InlineData("class Information;", 0)]
    [InlineData("class Implicit { int Base; }", 0)]
    public void Banned_words_are_found_in_type_names(string text, int findings) =>
        Assert.Equal(findings, NamingRules.TypeNames(File(text)).Count());

    [Theory]
    [InlineData("class A { void M(int srcOffset) { } }", 1)]
    [InlineData("class A { int _dst; }", 1)]
    [InlineData("class A { int DestPath => 0; }", 1)]
    [InlineData("class A { /* dest */ string B = \"src\"; int destination; }", 0)]
    public void Other_words_for_source_and_target_are_found(string text, int findings) =>
        Assert.Equal(findings, NamingRules.Identifiers(File(text)).Count());

    [Theory]
    [InlineData("namespace N; public class A { public class B; }", 0)]
    [InlineData("namespace N; public class A<T>;", 0)]
    [InlineData("namespace N; public class A; file class B;", 0)]
    [InlineData("namespace N; public class B;", 1)]
    [InlineData("namespace N; public class A; public class B;", 1)]
    [InlineData("namespace N; internal class A; internal enum B { C }", 1)]
    [InlineData("namespace N; public static class A { extension(int a) { public int B => a; } }", 0)]
    [InlineData("System.Console.WriteLine();", 0)]
    public void File_with_another_type_is_found(string text, int findings) =>
        Assert.Equal(findings, NamingRules.FileNames(File(text)).Count());

    private static CSharpFile File(string text) => CSharpFile.Parse("src/A.cs", text);
}
