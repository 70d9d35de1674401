using Kcopyd.Cli.Tests;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Interop.Tests.Nbd;

/// <summary>A device for <c>kcopyd serve</c> over files of a test's, and how to see that all of it is as it should
/// be.</summary>
/// <param name="files">Where its files are.</param>
/// <param name="name">The name of the export.</param>
/// <param name="bytes">Its length.</param>
internal abstract class ServedDisk(TempDirectory files, string name, int bytes)
{
    /// <summary>The kinds that every client is tried with.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["file", "linear", "mirror", "origin", "snapshot"];

    /// <summary>The name of the export that clients write.</summary>
    public string Name => name;

    /// <summary>Its length.</summary>
    public int Bytes => bytes;

    /// <summary>All of its exports.</summary>
    public virtual IReadOnlyList<string> Exports => [name];

    /// <summary>Its lines of the tables.</summary>
    public virtual IReadOnlyList<string> Lines => [];

    /// <summary>Its words of the command line.</summary>
    public virtual IReadOnlyList<string> Arguments => [];

    /// <summary>Where its files are.</summary>
    protected TempDirectory Files => files;

    /// <summary>Its length.</summary>
    protected int Sectors => bytes / 512;

    /// <summary>Makes one of a kind, whose files have the name as prefix.</summary>
    public static ServedDisk Of(string kind, TempDirectory files, int bytes) => kind switch
    {
        "file" => new ServedFile(files, kind, bytes),
        "linear" => new ServedLinear(files, kind, bytes),
        "mirror" => new ServedMirror(files, kind, bytes),
        "origin" => new ServedOrigin(files, kind, bytes, isOriginWritten: true),
        "snapshot" => new ServedOrigin(files, kind, bytes, isOriginWritten: false),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <summary>Makes its files.</summary>
    public abstract Task MakeAsync();

    /// <summary>Asserts that what writes to the export have nothing to do with is as it was, and that copies are
    /// equal. Nobody writes meanwhile.</summary>
    public virtual Task CheckAsync(KcopydServer server) => Task.CompletedTask;

    /// <summary>The path of one of its files.</summary>
    protected string Part(string part) => files[$"{name}-{part}"];

    /// <summary>Makes one of its files, full of bytes.</summary>
    protected void Fill(string part, int length, int seed) => files.File($"{name}-{part}", length, seed);

    /// <summary>Runs the program to its end, which is a good one.</summary>
    protected static async Task DoAsync(params string[] words) => (await KcopydProgram.RunAsync(words)).IsDone();
}
