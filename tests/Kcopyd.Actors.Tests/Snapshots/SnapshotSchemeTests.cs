using Kcopyd.Actors.Copying;
using Kcopyd.Actors.Snapshots;
using Kcopyd.Core.Copying;
using Kcopyd.Core.Snapshots;
using Kcopyd.Devices;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Actors.Tests.Snapshots;

/// <summary>Snapshots by URI, of real files.</summary>
public sealed class SnapshotSchemeTests : Akka.TestKit.Xunit2.TestKit
{
    private const int OriginSectors = 4096;

    private readonly TempDirectory _files = new();
    private readonly BlockDeviceOpener _opener = new();

    public SnapshotSchemeTests() => _opener.RegisterScheme(SnapshotScheme.Name, new SnapshotScheme(_opener));

    [Fact]
    public async Task Copy_of_a_snapshot_by_its_uri_is_the_origin_as_it_was()
    {
        var (table, before) = await MakeAsync("with%percent");
        var target = _files.Sparse("target", OriginSectors * 512);
        await using var client = await KcopydClient.CreateAsync(Sys, new KcopydClientOptions { Opener = _opener });

        var uri = SnapshotScheme.UriOf(table);
        client.Actor.Tell(
            new SubmitCopy(
                "correlation", CopyJobKind.Copy, Region(uri), [Region(target)], new CopyOptions { Flush = true }),
            TestActor);

        ExpectMsg<SubmitAccepted>(TimeSpan.FromSeconds(10));
        Assert.Equal(CopyOutcome.Completed, ExpectMsg<SubmitCompleted>(TimeSpan.FromSeconds(10)).Completed.Outcome);
        Assert.Equal(before, await File.ReadAllBytesAsync(target));
    }

    [Fact]
    public async Task Copy_onto_the_origin_or_the_store_of_its_source_is_rejected()
    {
        var (table, _) = await MakeAsync("cow");
        await using var client = await KcopydClient.CreateAsync(Sys, new KcopydClientOptions { Opener = _opener });
        foreach (var target in new[] { table.Origin, table.Cow! })
        {
            var hash = await File.ReadAllBytesAsync(target);
            client.Actor.Tell(
                new SubmitCopy(
                    "correlation",
                    CopyJobKind.Copy,
                    new SubmitRegion(SnapshotScheme.UriOf(table), 0, 8),
                    [new SubmitRegion(target, 0, 8)],
                    new CopyOptions()),
                TestActor);

            ExpectMsg<SubmitRejected>(TimeSpan.FromSeconds(10));
            Assert.Equal(hash, await File.ReadAllBytesAsync(target));
        }
    }

    [Fact]
    public async Task Description_has_the_length_of_the_table_and_the_storage_of_both_devices()
    {
        var (table, _) = await MakeAsync("cow");

        var found = await _opener.DescribeAsync(SnapshotScheme.UriOf(table), default);

        Assert.Equal((true, false, OriginSectors * 512L), (found.Exists, found.IsResizable, found.LengthBytes));
        Assert.Equal(2, found.Storage.Count);
    }

    [Theory]
    [InlineData("snapshot:0 4096 snapshot a b P 3", BlockDeviceAccess.Read, "power of 2")]
    [InlineData("snapshot:0 4096 snapshot nowhere-a nowhere-b P 8", BlockDeviceAccess.Read, "nowhere-a")]
    [InlineData("snapshot:0 4096 snapshot nowhere-a nowhere-b P 8", BlockDeviceAccess.ReadWrite, "for reading only")]
    [InlineData("snapshot:0 4096 snapshot nowhere-a nowhere-b N 8", BlockDeviceAccess.Read, "transient")]
    [InlineData("snapshot:0 4096 snapshot-origin nowhere-a", BlockDeviceAccess.Read, "of an origin")]
    public async Task What_is_no_snapshot_is_refused_in_one_sentence(string uri, BlockDeviceAccess access, string named)
    {
        var refused = await Assert.ThrowsAsync<DeviceException>(
            async () => await _opener.OpenAsync(uri, new BlockDeviceOpenOptions { Access = access }, default));

        Assert.Contains(named, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
    }

    protected override void AfterAll()
    {
        base.AfterAll();
        _files.Dispose();
    }

    private static SubmitRegion Region(string uri) => new(uri, 0, OriginSectors);

    private async Task<(SnapshotTable Table, byte[] Before)> MakeAsync(string cowName)
    {
        var origin = _files.File("origin", OriginSectors * 512, seed: 7);
        var cow = _files.Sparse(cowName, 1 << 20);
        var before = await File.ReadAllBytesAsync(origin);
        var options = new BlockDeviceOpenOptions { Access = BlockDeviceAccess.ReadWrite };
        await using var originDevice = await _opener.OpenAsync(origin, options, default);
        await using var cowDevice = await _opener.OpenAsync(cow, options, default);
        using var bench = await StoreBench.OpenAsync(originDevice, cowDevice, StoreTables.Of(8, OriginSectors));
        await bench.OverwriteAsync(0, 5, 6, 500);
        return (SnapshotTable.Parse($"0 {OriginSectors} snapshot {origin} {cow} P 0"), before);
    }
}
