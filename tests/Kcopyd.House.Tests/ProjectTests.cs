using System.Text.RegularExpressions;

namespace Kcopyd.House.Tests;

public sealed partial class ProjectTests
{
    private const string Solution = "Kcopyd.Actors.sln";

    [Fact]
    public void References_follow_the_arrows() =>
        Findings.None(Repository.Projects.SelectMany(ProjectRules.References));

    [Fact]
    public void Akka_is_known_to_few() => Findings.None(Repository.Projects.SelectMany(ProjectRules.Akka));

    [Fact]
    public void Core_has_no_package() => Findings.None(Repository.Projects.SelectMany(ProjectRules.CorePackages));

    [Fact]
    public void Versions_of_packages_stand_in_one_place() =>
        Findings.None(Repository.Projects.SelectMany(ProjectRules.Versions));

    [Fact]
    public void Every_project_is_in_the_solution_and_nothing_else_is()
    {
        var listed = ProjectInSolution().Matches(Repository.Text(Solution))
            .Select(match => match.Groups["path"].Value.Replace('\\', '/'))
            .ToHashSet(StringComparer.Ordinal);
        var projects = Repository.Projects.Select(project => project.Path).ToHashSet(StringComparer.Ordinal);

        Findings.None(
            projects.Except(listed).Select(path => $"{path}: is not in the solution: dotnet sln {Solution} add {path}")
                .Concat(listed.Except(projects)
                    .Select(path => $"{path}: is in the solution only: dotnet sln {Solution} remove {path}")));
    }

    [Fact]
    public void Every_sample_has_a_readme() =>
        Findings.None(Repository.Projects
            .Where(project => project.Path.StartsWith("samples/", StringComparison.Ordinal))
            .Where(project => !Repository.Files.Contains($"{project.Folder}/README.md"))
            .Select(project => $"{project.Folder}: has no README.md: say what it shows and how to run it"));

    [Fact]
    public void Every_project_of_the_product_has_tests() =>
        Findings.None(Repository.Projects
            .Where(project => project.Path.StartsWith("src/Kcopyd.", StringComparison.Ordinal))
            .Where(project => project.Name != "Kcopyd.Cli" || Repository.CodeUnder("src/Kcopyd.Cli").Skip(1).Any())
            .Where(project => Repository.Projects.All(tests => tests.Name != $"{project.Name}.Tests"))
            .Select(project => $"{project.Path}: has no tests/{project.Name}.Tests: add it"));

    [Theory]
    [InlineData("src/Kcopyd.Core/Kcopyd.Core.csproj", "Kcopyd.Devices", 1)]
    [InlineData("src/Kcopyd.Nbd/Kcopyd.Nbd.csproj", "Kcopyd.Actors", 1)]
    [InlineData("src/Kcopyd.Cli/Kcopyd.Cli.csproj", "Kcopyd.Nbd", 0)]
    [InlineData("src/Kcopyd.Else/Kcopyd.Else.csproj", "Kcopyd.Core", 1)]
    [InlineData("src/Akka.Bundled/Akka.A/Akka.A.csproj", "Kcopyd.Core", 1)]
    [InlineData("src/Akka.Bundled/Akka.A/Akka.A.csproj", "Akka.B", 0)]
    [InlineData("tests/Kcopyd.Core.Tests/Kcopyd.Core.Tests.csproj", "Kcopyd.Core", 0)]
    public void Reference_against_the_arrows_is_found(string path, string reference, int findings) =>
        Assert.Equal(
            findings,
            ProjectRules.References(Project(path, $"<ProjectReference Include=\"../{reference}.csproj\" />")).Count());

    [Theory]
    [InlineData("src/Kcopyd.Devices/Kcopyd.Devices.csproj", 1)]
    [InlineData("src/Kcopyd.Nbd/Kcopyd.Nbd.csproj", 1)]
    [InlineData("src/Kcopyd.Cli/Kcopyd.Cli.csproj", 0)]
    [InlineData("src/Akka.Bundled/Akka.A/Akka.A.csproj", 0)]
    [InlineData("tests/Kcopyd.Nbd.Tests/Kcopyd.Nbd.Tests.csproj", 0)]
    public void Akka_where_it_must_not_be_is_found(string path, int findings) =>
        Assert.Equal(findings, ProjectRules.Akka(Project(path, "<AkkaReference Include=\"Akka\" />")).Count());

    [Theory]
    [InlineData("<PackageReference Include=\"A\" />", 0)]
    [InlineData("<PackageReference Include=\"A\" Version=\"1\" />", 1)]
    [InlineData("<PackageReference Include=\"A\" VersionOverride=\"1\" />", 1)]
    [InlineData("<PackageReference Include=\"A\"><Version>1</Version></PackageReference>", 1)]
    [InlineData("<PackageVersion Include=\"A\" Version=\"1\" />", 1)]
    public void Version_in_a_project_is_found(string item, int findings)
    {
        var project = Project("src/Kcopyd.Core/Kcopyd.Core.csproj", item);

        Assert.Equal(findings, ProjectRules.Versions(project).Count());
        Assert.Equal(
            item.Contains("PackageReference", StringComparison.Ordinal), ProjectRules.CorePackages(project).Any());
    }

    private static ProjectFile Project(string path, string item) =>
        ProjectFile.Parse(path, $"<Project><ItemGroup>{item}</ItemGroup></Project>");

    [GeneratedRegex("\"(?<path>[^\"]+\\.csproj)\"")]
    private static partial Regex ProjectInSolution();
}
