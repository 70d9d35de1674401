using System.Text.Json;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Interop.Tests.Nbd;

/// <summary>Other people's clients on <c>kcopyd serve</c>, over every kind of device.</summary>
public sealed class ServedDiskTests(ServedDisks served) : IClassFixture<ServedDisks>
{
    /// <summary>The kinds of devices.</summary>
    public static TheoryData<string> Kinds => [.. ServedDisk.Kinds];

    private KcopydServer Server => served.Server;

    private string ImagePath(string name) => served.Files[name];

    [SkippableTheory]
    [MemberData(nameof(Kinds))]
    public void Nbdinfo_sees_size_and_abilities_and_maps_all_of_it(string kind)
    {
        Require.Programs("nbdinfo");
        var disk = served[kind];
        using var about = JsonDocument.Parse(Shell.Run("nbdinfo", "--json", Server.Uri(kind)));

        var export = about.RootElement.GetProperty("exports").EnumerateArray().Single();
        Assert.Equal(disk.Bytes, export.GetProperty("export-size").GetInt64());
        Assert.False(export.GetProperty("is_read_only").GetBoolean());
        string[] abilities = ["can_flush", "can_fua", "can_zero", "can_multi_conn"];
        Assert.All(abilities, ability => Assert.True(export.GetProperty(ability).GetBoolean(), ability));

        using var map = JsonDocument.Parse(Shell.Run("nbdinfo", "--json", "--map", Server.Uri(kind)));
        var end = 0L;
        foreach (var extent in map.RootElement.EnumerateArray())
        {
            Assert.Equal(end, extent.GetProperty("offset").GetInt64());
            end += extent.GetProperty("length").GetInt64();
        }

        Assert.Equal(disk.Bytes, end);
    }

    [SkippableTheory]
    [MemberData(nameof(Kinds))]
    public async Task Nbdcopy_writes_and_reads_back_the_same_bytes(string kind)
    {
        Require.Programs("nbdcopy", "qemu-img");
        var disk = served[kind];
        var image = served.Files.File($"nbdcopy-{kind}", disk.Bytes, seed: 11);

        Shell.Run("nbdcopy", "--flush", image, Server.Uri(kind));
        Shell.Run("nbdcopy", Server.Uri(kind), ImagePath($"back-{kind}"));

        Shell.Run("cmp", image, ImagePath($"back-{kind}"));
        await disk.CheckAsync(Server);
    }

    [SkippableTheory]
    [MemberData(nameof(Kinds))]
    public async Task Nbdcopy_copies_the_same_bytes_over_tcp(string kind)
    {
        Require.Programs("nbdcopy", "qemu-img");
        var disk = served[kind];
        var image = served.Files.File($"tcp-{kind}", disk.Bytes, seed: 12);

        Shell.Run("nbdcopy", "--flush", image, Server.TcpUri(kind));
        Shell.Run("qemu-img", "compare", "-f", "raw", "-F", "raw", image, Server.TcpUri(kind));

        await disk.CheckAsync(Server);
    }

    [SkippableTheory]
    [MemberData(nameof(Kinds))]
    public async Task Qemu_img_converts_there_and_back_and_compares(string kind)
    {
        Require.Programs("qemu-img");
        var disk = served[kind];
        var bytes = TempDirectory.Bytes(disk.Bytes, 13);
        bytes.AsSpan(disk.Bytes / 4, disk.Bytes / 4).Clear();
        var image = ImagePath($"convert-{kind}");
        await File.WriteAllBytesAsync(image, bytes);
        var qcow2 = ImagePath($"{kind}.qcow2");

        Shell.Run("qemu-img", "convert", "-n", "-f", "raw", "-O", "raw", image, Server.Uri(kind));
        Shell.Run("qemu-img", "compare", "-f", "raw", "-F", "raw", image, Server.Uri(kind));
        Shell.Run("qemu-img", "convert", "-f", "raw", "-O", "qcow2", Server.Uri(kind), qcow2);
        Shell.Run("qemu-img", "compare", "-f", "raw", "-F", "qcow2", image, qcow2);

        await disk.CheckAsync(Server);
    }

    [SkippableTheory]
    [MemberData(nameof(Kinds))]
    public async Task Qemu_io_writes_zeroes_and_reads_back(string kind)
    {
        Require.Programs("qemu-io", "qemu-img");
        var disk = served[kind];

        Shell.Run(
            "qemu-io", "-f", "raw", Server.Uri(kind),
            "-c", "write -P 1 0 16M",
            "-c", "write -P 7 1M 64k",
            "-c", "write -f -P 8 2M 512",
            "-c", "write -P 9 5592064 3072",
            "-c", "write -z 3M 1M",
            "-c", "write -z -u 8M 4M",
            "-c", "flush",
            "-c", "read -P 7 1M 64k",
            "-c", "read -P 8 2M 512",
            "-c", "read -P 1 2097664 1047040",
            "-c", "read -P 9 5592064 3072",
            "-c", "read -P 0 3M 1M",
            "-c", "read -P 1 4M 512k",
            "-c", "read -P 0 8M 4M",
            "-c", "read -P 1 12M 4M");

        await disk.CheckAsync(Server);
    }

    [SkippableTheory]
    [MemberData(nameof(Kinds))]
    public async Task Fio_finds_what_it_wrote(string kind)
    {
        Require.Programs("fio", "qemu-img");
        var disk = served[kind];

        Fio.Verify(Server.Uri(kind), seed: 1, jobs: 4, disk.Bytes);

        await disk.CheckAsync(Server);
    }
}
