namespace Kcopyd.House.Tests;

public sealed class SettingTests
{
    [Fact]
    public void Every_setting_says_its_unit_and_default()
    {
        var isNamed = Repository.CodeUnder("src").Select(file => file.Syntax.ToString())
            .Concat(Repository.Projects.Select(project => project.Xml.ToString()))
            .Any(text => text.Contains("kcopyd.hocon", StringComparison.Ordinal));
        var exists = Repository.Files.Contains(SettingRules.File);

        Assert.True(exists || !isNamed, $"{SettingRules.File} is named by the product and does not exist: add it");
        Findings.None(exists ? SettingRules.Check(Repository.Text(SettingRules.File)) : []);
    }

    [Theory]
    [InlineData("kcopyd {\n  # Pages. Default: 64 MiB.\n  page-budget = 64 MiB\n}", 0)]
    [InlineData("kcopyd {\n  page-budget = 64 MiB\n}", 1)]
    [InlineData("# What the pages may take.\npage-budget = 64 MiB", 1)]
    [InlineData("# Every key and its default.\n\n# Segments.\nin-flight = 8", 0)]
    [InlineData("# Every key and its default.\n\n# Depth.\nin-flight = 8", 1)]
    [InlineData("# Depth. Default: 8.\nin-flight = 8", 1)]
    [InlineData("# Segments in flight. Default: 8.\nin-flight = 8", 0)]
    [InlineData("# Whether to flush. Default: off.\nflush = off", 0)]
    [InlineData("# Default: 8 segments.\n\nin-flight = 8", 1)]
    [InlineData("kcopyd.journal = {\n}", 0)]
    public void Undocumented_setting_is_found(string text, int findings) =>
        Assert.Equal(findings, SettingRules.Check(text).Count());
}
