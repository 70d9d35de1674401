using Kcopyd.Cli.Tests;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Interop.Tests.Nbd;

/// <summary>Exports of nbdkit as legs of mirrors, their logs, and origins of snapshots.</summary>
public sealed class NbdPartTests : IDisposable
{
    private const int Bytes = 8 << 20;
    private const int Sectors = Bytes / 512;

    private readonly TempDirectory _files = new();
    private readonly List<PeerServer> _peers = [];

    public void Dispose()
    {
        _peers.ForEach(static peer => peer.Dispose());
        _files.Dispose();
    }

    [SkippableFact]
    public async Task Mirror_of_exports_is_created_synchronised_and_checked()
    {
        Require.Programs("nbdkit", "qemu-io");
        var first = await StartAsync("a", _files.File("a.img", Bytes, seed: 1));
        var second = await StartAsync("b", _files.File("b.img", Bytes, seed: 2));
        var log = await StartAsync("log", _files.Sparse("log.img", 1 << 20));
        var table = $"0 {Sectors} mirror disk 2 {log} 256 2 {first} 0 {second} 0";

        (await KcopydProgram.RunAsync("mirror", "create", "--table", table)).IsDone();
        var synchronised = await KcopydProgram.RunAsync("mirror", "sync", "--table", table, "--progress", "none");
        var same = await KcopydProgram.RunAsync("mirror", "check", "--table", table);

        Assert.Equal(0, synchronised.ExitCode);
        Assert.Equal(0, same.ExitCode);
        Shell.Run("cmp", _files["a.img"], _files["b.img"]);
        Assert.Equal(TempDirectory.Bytes(Bytes, 1), await File.ReadAllBytesAsync(_files["a.img"]));

        // Behind the mirror's back.
        Shell.Run("qemu-io", "-f", "raw", second, "-c", "write -P 9 1M 512");
        Assert.Equal(1, (await KcopydProgram.RunAsync("mirror", "check", "--table", table)).ExitCode);
    }

    /// <summary>A server that goes away is waited for a minute, so this takes longer.</summary>
    [SkippableFact]
    public async Task Mirror_goes_on_without_the_leg_whose_server_was_killed()
    {
        Require.Programs("nbdkit", "nbdcopy", "qemu-img");
        var leg = await StartAsync("b", _files.File("b.img", Bytes, seed: 2));
        var local = _files.File("a.img", Bytes, seed: 1);
        var table = $"0 {Sectors} mirror disk 2 {_files["log"]} 256 2 {local} 0 {leg} 0 2 handle_errors keep_log";
        (await KcopydProgram.RunAsync("mirror", "create", "--table", table)).IsDone();
        await using var server = await KcopydServer.StartAsync(_files, new ServedTable(_files, "disk", Bytes, table));
        await server.UntilIdleAsync("disk");
        Shell.Run("cmp", local, _files["b.img"]);

        _peers[0].Kill();
        var image = _files.File("image", Bytes, seed: 3);
        Shell.Run("nbdcopy", "--flush", image, server.Uri("disk"));

        Shell.Run("qemu-img", "compare", "-f", "raw", "-F", "raw", image, server.Uri("disk"));
        var status = (await server.StatusAsync("disk")).GetProperty("status")[0].GetString()!;

        // F where a flush of it failed besides the writes.
        Assert.Matches(" A[DF] ", status);
        await server.TerminateAsync();
        Shell.Run("cmp", local, image);
    }

    [SkippableFact]
    public async Task Snapshot_of_an_export_keeps_its_bytes()
    {
        Require.Programs("nbdkit", "nbdcopy", "qemu-img");
        var origin = await StartAsync("o", _files.File("o.img", Bytes, seed: 1));
        File.Copy(_files["o.img"], _files["before"]);
        var table = $"0 {Sectors} snapshot {origin} {_files["cow"]} P 16";
        var create = await KcopydProgram.RunAsync(
            "snapshot", "create", "--table", table, "--size", $"{Sectors + (Sectors / 4)}s");
        create.IsDone();
        await using var server = await KcopydServer.StartAsync(
            _files,
            new ServedTable(_files, "origin", Bytes, $"0 {Sectors} snapshot-origin {origin}"),
            new ServedTable(_files, "snapshot", Bytes, table));

        var image = _files.File("image", Bytes, seed: 3);
        Shell.Run("nbdcopy", "--flush", image, server.Uri("origin"));

        Shell.Run("cmp", image, _files["o.img"]);
        Shell.Run("qemu-img", "compare", "-f", "raw", "-F", "raw", _files["before"], server.Uri("snapshot"));
        await server.TerminateAsync();
    }

    private async Task<string> StartAsync(string socket, string file)
    {
        var peer = await PeerServer.StartNbdkitAsync(_files, socket, "file", file);
        _peers.Add(peer);
        return peer.Uri;
    }
}
