using Kcopyd.Tests.Shared;

namespace Kcopyd.Interop.Tests.Nbd;

/// <summary>An origin with two snapshots of different chunk sizes. Clients write the origin, or one of the
/// snapshots.</summary>
internal sealed class ServedOrigin(TempDirectory files, string name, int bytes, bool isOriginWritten)
    : ServedDisk(files, name, bytes)
{
    public override IReadOnlyList<string> Exports => [Name, .. Kept];

    public override IReadOnlyList<string> Lines =>
    [
        $"{(isOriginWritten ? Name : Other)}: 0 {Sectors} snapshot-origin {Part("disk")}",
        $"{(isOriginWritten ? Other : Name)}: {SnapshotOf("cow1", 8)}",
        $"{Name}.second: {SnapshotOf("cow2", 64)}",
    ];

    /// <summary>What the origin held at first.</summary>
    public string Before => Part("before");

    /// <summary>The exports that keep their bytes whatever is written.</summary>
    public IReadOnlyList<string> Kept => [Other, $"{Name}.second"];

    private string Other => isOriginWritten ? $"{Name}.first" : $"{Name}.origin";

    public override async Task MakeAsync()
    {
        Fill("disk", Bytes, seed: 1);
        File.Copy(Part("disk"), Before);
        foreach (var table in new[] { SnapshotOf("cow1", 8), SnapshotOf("cow2", 64) })
        {
            await DoAsync("snapshot", "create", "--table", table, "--size", $"{Sectors + (Sectors / 8)}s");
        }
    }

    public override Task CheckAsync(KcopydServer server)
    {
        foreach (var kept in Kept)
        {
            Shell.Run("qemu-img", "compare", "-f", "raw", "-F", "raw", Before, server.Uri(kept));
        }

        return Task.CompletedTask;
    }

    private string SnapshotOf(string cow, int chunk) =>
        $"0 {Sectors} snapshot {Part("disk")} {Part(cow)} P {chunk}";
}
