using Kcopyd.Tests.Shared;

namespace Kcopyd.Interop.Tests.Nbd;

/// <summary>A snapshot, all of which was written in a random order, that is merged into its origin.</summary>
internal sealed class ServedMerge(TempDirectory files, string name, int bytes) : ServedDisk(files, name, bytes)
{
    private string _target = "snapshot";

    public override IReadOnlyList<string> Lines => [$"{Name}: {Table}"];

    /// <summary>The file of the origin.</summary>
    public string Origin => Part("disk");

    /// <summary>What the snapshot held when the merge began.</summary>
    public string Image => Part("image");

    private string Table => $"0 {Sectors} {_target} {Origin} {Part("cow")} P 8";

    public override async Task MakeAsync()
    {
        Fill("disk", Bytes, seed: 1);
        await DoAsync("snapshot", "create", "--table", Table, "--size", $"{Sectors + (Sectors / 8)}s");
        await using var server = await KcopydServer.StartAsync(Files, this);
        Fio.WriteOnce(server.Uri(Name), seed: 1, Bytes);
        Shell.Run("nbdcopy", server.Uri(Name), Image);
        await server.TerminateAsync();
        _target = "snapshot-merge";
    }

    /// <summary>After the merge the origin has all of it.</summary>
    public override async Task CheckAsync(KcopydServer server)
    {
        await server.UntilIdleAsync(Name);
        Shell.Run("qemu-img", "compare", "-f", "raw", "-F", "raw", "-U", Origin, server.Uri(Name));
    }
}
