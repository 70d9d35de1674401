using Kcopyd.Tests.Shared;

namespace Kcopyd.Interop.Tests.Nbd;

/// <summary>A mirror with two legs, which are not equal when it begins, and a log on a disk.</summary>
internal sealed class ServedMirror(TempDirectory files, string name, int bytes) : ServedDisk(files, name, bytes)
{
    private const int RegionSectors = 1024;

    public override IReadOnlyList<string> Lines => [$"{Name}: {Table}"];

    /// <summary>The file of the first leg.</summary>
    public string First => Part("a");

    /// <summary>The file of the second.</summary>
    public string Second => Part("b");

    private string Table => $"0 {Sectors} mirror disk 2 {Part("log")} {RegionSectors} 2 {First} 0 {Second} 0";

    public override async Task MakeAsync()
    {
        Fill("a", Bytes, seed: 1);
        Fill("b", Bytes, seed: 2);
        await DoAsync("mirror", "create", "--table", Table);
    }

    /// <summary>The legs are equal after recovery.</summary>
    public override async Task CheckAsync(KcopydServer server)
    {
        await server.UntilIdleAsync(Name);
        Shell.Run("cmp", First, Second);
    }
}
