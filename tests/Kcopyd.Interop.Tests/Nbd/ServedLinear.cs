using Kcopyd.Tests.Shared;

namespace Kcopyd.Interop.Tests.Nbd;

/// <summary>Two parts of files, the second from the middle of its file, joined within what clients read at
/// once.</summary>
internal sealed class ServedLinear(TempDirectory files, string name, int bytes) : ServedDisk(files, name, bytes)
{
    private const int Margin = 96;

    public override IReadOnlyList<string> Lines =>
    [
        $"{Name}: 0 {First} linear {Part("a")} 0",
        $"{Name}: {First} {Sectors - First} linear {Part("b")} {Margin}",
    ];

    /// <summary>No multiple of a page.</summary>
    private int First => (Sectors / 3) | 1;

    public override Task MakeAsync()
    {
        Fill("a", First * 512, seed: 1);
        Fill("b", (Sectors - First + (2 * Margin)) * 512, seed: 2);
        File.Copy(Part("b"), Part("b-before"));
        return Task.CompletedTask;
    }

    /// <summary>What the table does not have stays as it was.</summary>
    public override Task CheckAsync(KcopydServer server)
    {
        var end = $"{(Sectors - First + Margin) * 512}";
        Shell.Run("cmp", "-n", $"{Margin * 512}", Part("b"), Part("b-before"));
        Shell.Run("cmp", "-i", end, Part("b"), Part("b-before"));
        return Task.CompletedTask;
    }
}
