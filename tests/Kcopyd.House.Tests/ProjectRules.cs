using System.Xml.Linq;

namespace Kcopyd.House.Tests;

/// <summary>The arrows of the house, and where packages come from.</summary>
internal static class ProjectRules
{
    /// <summary>What each project of the product may reference: Core &lt;- Devices &lt;- Nbd, Devices &lt;- Actors,
    /// Nbd, Actors &lt;- Cli, Actors &lt;- TestKit, and nothing else.</summary>
    private static readonly Dictionary<string, string[]> Arrows = new(StringComparer.Ordinal)
    {
        ["Kcopyd.Core"] = [],
        ["Kcopyd.Devices"] = ["Kcopyd.Core"],
        ["Kcopyd.Nbd"] = ["Kcopyd.Devices"],
        ["Kcopyd.Actors"] = ["Kcopyd.Devices"],
        ["Kcopyd.Actors.TestKit"] = ["Kcopyd.Actors"],
        ["Kcopyd.Cli"] = ["Kcopyd.Actors", "Kcopyd.Nbd"],
    };

    private static readonly string[] KnowAkka = ["Kcopyd.Actors", "Kcopyd.Actors.TestKit", "Kcopyd.Cli"];

    public static IEnumerable<string> References(ProjectFile project)
    {
        if (!IsProduct(project))
        {
            return [];
        }

        if (IsBundled(project))
        {
            return project.References
                .Where(name => name.StartsWith("Kcopyd.", StringComparison.Ordinal))
                .Select(name => $"{project.Path}: references {name}: "
                    + "what stands in for Akka's packages knows nothing of ours");
        }

        return Arrows.TryGetValue(project.Name, out var allowed)
            ? project.References.Except(allowed).Select(name => $"{project.Path}: references {name}: "
                + $"it may reference {(allowed.Length == 0 ? "nothing" : string.Join(" and ", allowed))}; "
                + "move what is needed down, or up to who may know both")
            : [$"{project.Path}: has no arrows: add them to the design and to {nameof(ProjectRules)}"];
    }

    public static IEnumerable<string> Akka(ProjectFile project) =>
        project.AkkaReferences.Count > 0
            && IsProduct(project) && !IsBundled(project) && !KnowAkka.Contains(project.Name)
            ? [$"{project.Path}: lists Akka: only {string.Join(", ", KnowAkka)} know it; hand in a contract instead"]
            : [];

    public static IEnumerable<string> CorePackages(ProjectFile project) =>
        project.Name == "Kcopyd.Core"
            ? project.Packages.Select(name => $"{project.Path}: names package {name}: use it in a project above")
            : [];

    public static IEnumerable<string> Versions(ProjectFile project) =>
        from element in project.Xml.Descendants()
        where element.Name.LocalName is "PackageReference" or "PackageVersion" or "PackageDownload"
        where element.Name.LocalName != "PackageReference"
            || element.Attributes().Any(attribute => IsVersion(attribute.Name))
            || element.Elements().Any(child => IsVersion(child.Name))
        let package = element.Attribute("Include")?.Value
        select $"{project.Path}: {package} has a version here: put it into config/build/Packages.props";

    private static bool IsVersion(XName name) => name.LocalName is "Version" or "VersionOverride";

    private static bool IsProduct(ProjectFile project) => project.Path.StartsWith("src/", StringComparison.Ordinal);

    private static bool IsBundled(ProjectFile project) =>
        project.Path.StartsWith("src/Akka.Bundled/", StringComparison.Ordinal);
}
