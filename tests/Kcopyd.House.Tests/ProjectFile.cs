using System.Xml.Linq;

namespace Kcopyd.House.Tests;

/// <summary>A project as its file says it.</summary>
/// <param name="Path">From the root, with forward slashes.</param>
/// <param name="Xml">The file.</param>
internal sealed record ProjectFile(string Path, XDocument Xml)
{
    public string Name => System.IO.Path.GetFileNameWithoutExtension(Path);

    public string Folder => System.IO.Path.GetDirectoryName(Path)!.Replace('\\', '/');

    /// <summary>The names of the projects that it references.</summary>
    public IReadOnlyList<string> References =>
        [
            .. Included("ProjectReference")
                .Select(path => System.IO.Path.GetFileNameWithoutExtension(path.Replace('\\', '/'))),
        ];

    public IReadOnlyList<string> Packages => [.. Included("PackageReference")];

    public IReadOnlyList<string> AkkaReferences => [.. Included("AkkaReference")];

    public static ProjectFile Read(string path) => new(path, XDocument.Parse(Repository.Text(path)));

    public static ProjectFile Parse(string path, string text) => new(path, XDocument.Parse(text));

    private IEnumerable<string> Included(string item) =>
        Xml.Descendants(item)
            .SelectMany(element => ((string?)element.Attribute("Include") ?? "").Split(';'))
            .Where(name => name.Length > 0);
}
