using Kcopyd.Actors.Snapshots;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Core;
using Kcopyd.Core.Snapshots;
using Kcopyd.Devices;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Actors.Tests.Snapshots;

/// <summary>What a snapshot shows, of real files.</summary>
public sealed class SnapshotViewTests : IDisposable
{
    private const int OriginSectors = 1000;
    private const int ChunkSectors = 8;

    private readonly TempDirectory _files = new();
    private readonly BlockDeviceOpener _opener = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("snapshot")]
    [InlineData("snapshot-merge")]
    public async Task S1_view_is_the_origin_as_it_was(string target)
    {
        var (table, before) = await MakeAsync(target, 3, 4, 5, 9, 124);
        var hashes = Hashes();

        await using (var view = await SnapshotView.OpenAsync(table, _opener))
        {
            Assert.Equal((5L, ChunkSectors), (view.ExceptionCount, view.Table.ChunkSectors));
            Assert.Equal(OriginSectors * 512L, view.Geometry.LengthBytes);
            Assert.Equal(before, await StoreTables.BytesAsync(view));
            for (var seed = 0; seed < 200; seed++)
            {
                var random = new Random(seed);
                var start = random.Next(OriginSectors - 1);
                var bytes = new byte[random.Next(1, Math.Min(100, OriginSectors - start)) * 512];
                await view.ReadAsync(start * 512, bytes, default);
                Assert.Equal(before[(start * 512)..][..bytes.Length], bytes);
            }
        }

        Assert.Equal(hashes, Hashes());
    }

    [Fact]
    public async Task Block_status_is_that_of_the_device_that_is_read()
    {
        var (table, _) = await MakeAsync("snapshot", 3, 4, 9);
        await using var view = await SnapshotView.OpenAsync(table, _opener);

        var at = 0L;
        List<long> seams = [];
        while (at < view.Geometry.LengthBytes)
        {
            var extents = await view.GetBlockStatusAsync(at, view.Geometry.LengthBytes - at, default);
            Assert.Equal(at, extents[0].Offset);
            at = extents[^1].Offset + extents[^1].Length;
            seams.Add(at / 4096);
        }

        Assert.Equal(OriginSectors * 512L, at);
        Assert.Equal([3L, 5, 9, 10, 125], seams);
        Assert.Empty(await view.GetBlockStatusAsync(0, 0, default));
    }

    [Fact]
    public async Task Hole_of_the_origin_and_hole_of_the_store_are_holes()
    {
        var origin = _files.Sparse("origin", OriginSectors * 512);
        var image = new CowImage(ChunkSectors, 300).Exceptions(1, 2);
        var cow = _files.Sparse("cow", image.Bytes.Length);
        using (var file = File.OpenWrite(cow))
        {
            file.Write(image.Bytes.AsSpan(0, 8192));
        }

        await using var view = await SnapshotView.OpenAsync(Table(origin, cow), _opener);

        var first = Assert.Single(await view.GetBlockStatusAsync(0, view.Geometry.LengthBytes, default));
        var second = Assert.Single(await view.GetBlockStatusAsync(4096, 4096 * 5, default));
        Assert.Equal(new BlockExtent(0, 4096, BlockStatus.Hole), first);
        Assert.Equal(new BlockExtent(4096, 8192, BlockStatus.Hole), second);
    }

    [Fact]
    public async Task Writes_are_refused_and_requests_out_of_bounds_too()
    {
        var (table, _) = await MakeAsync("snapshot", 3);
        await using var view = await SnapshotView.OpenAsync(table, _opener);

        var write = await Assert.ThrowsAsync<DeviceException>(
            async () => await view.WriteAsync(0, new byte[512], WriteDurability.Cached, default));
        var zeroes = await Assert.ThrowsAsync<DeviceException>(
            async () => await view.WriteZeroesAsync(0, 512, default));
        var discard = await Assert.ThrowsAsync<DeviceException>(async () => await view.DiscardAsync(0, 512, default));
        var outside = await Assert.ThrowsAsync<DeviceException>(
            async () => await view.ReadAsync(OriginSectors * 512, new byte[512], default));

        Assert.All([write, zeroes, discard], refused => Assert.Equal(DeviceErrorKind.ReadOnly, refused.Kind));
        Assert.Equal(DeviceErrorKind.InvalidRequest, outside.Kind);
        await view.FlushAsync(view.WriteEpoch, default);
        await view.DropCacheAsync(0, view.Geometry.LengthBytes, default);
        await view.ConfirmAsync(default);
    }

    [Fact]
    public async Task Identity_notices_another_store_and_a_change_of_either_device()
    {
        var (table, _) = await MakeAsync("snapshot", 3);
        var recorded = await IdentityAsync(table);

        Assert.Null((await IdentityAsync(table)).DifferenceFrom(recorded));
        Assert.Null((await IdentityAsync(table)).ContentDifferenceFrom(recorded));

        File.SetLastWriteTimeUtc(table.Origin, new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Assert.Equal("it was changed since", (await IdentityAsync(table)).ContentDifferenceFrom(recorded));
        var touched = await IdentityAsync(table);
        File.SetLastWriteTimeUtc(table.Cow!, new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Assert.Equal("it was changed since", (await IdentityAsync(table)).ContentDifferenceFrom(touched));

        File.Copy(table.Cow!, $"{table.Cow}-2");
        File.Move($"{table.Cow}-2", table.Cow!, overwrite: true);
        Assert.Contains("its cow.", (await IdentityAsync(table)).DifferenceFrom(recorded), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Storage_is_that_of_both_devices()
    {
        var (table, _) = await MakeAsync("snapshot", 3);
        await using var view = await SnapshotView.OpenAsync(table, _opener);
        await using var origin = await _opener.OpenAsync(table.Origin, new BlockDeviceOpenOptions(), default);
        await using var cow = await _opener.OpenAsync(table.Cow!, new BlockDeviceOpenOptions(), default);

        Assert.Equal(
            [.. origin.Locate(512, 1024), .. cow.Locate(0, cow.Geometry.LengthBytes)], view.Locate(512, 1024));
    }

    [Fact]
    public async Task S13_invalid_store_is_not_opened()
    {
        var (table, _) = await MakeAsync("snapshot", 3);
        await using (var cow = File.OpenWrite(table.Cow!))
        {
            cow.Position = 4;
            cow.WriteByte(0);
        }

        var hashes = Hashes();
        var refused = await Assert.ThrowsAsync<SnapshotStoreException>(() => SnapshotView.OpenAsync(table, _opener));

        Assert.Contains(table.Cow!, refused.Message, StringComparison.Ordinal);
        Assert.Contains("is invalid", refused.Message, StringComparison.Ordinal);
        Assert.Equal(hashes, Hashes());

        // Nothing stays open: a writer gets both.
        var options = new BlockDeviceOpenOptions { Access = BlockDeviceAccess.ReadWrite };
        await using var origin = await _opener.OpenAsync(table.Origin, options, default);
        await using var store = await _opener.OpenAsync(table.Cow!, options, default);
    }

    [Fact]
    public async Task S15_origin_as_its_own_COW_device_is_not_opened_under_another_name()
    {
        var (table, _) = await MakeAsync("snapshot", 3);
        var other = _files["link"];
        File.CreateSymbolicLink(other, table.Origin);

        var refused = await Assert.ThrowsAsync<DeviceException>(
            () => SnapshotView.OpenAsync(Table(table.Origin, other), _opener));

        Assert.Contains("share storage", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task View_past_the_page_cache_is_the_same()
    {
        var (table, before) = await MakeAsync("snapshot", 3, 4, 9);
        await using var view = await SnapshotView.OpenAsync("direct", table, _opener, isDirect: true, default);
        using var memory = new PageMemory(128);
        var lease = memory.Lease(new Kcopyd.Core.Paging.PageRun(0, 128), static _ => { });

        await view.ReadAsync(0, lease.Memory[..before.Length], default);

        Assert.Equal(before, lease.Memory[..before.Length].ToArray());
        lease.LetGo();
    }

    [Theory]
    [InlineData("origin", 20, 16)]
    [InlineData("cow", 28, 26)]
    public async Task Failure_of_a_device_is_told_where_the_view_has_it(string failing, int from, int at)
    {
        // Chunk 3, sectors 24 to 31, is in chunk 2 of the store: its third sector is sector 18 there.
        var (table, _) = await MakeAsync("snapshot", 3);
        var opener = failing == "origin"
            ? new FailingOpener(_opener, table.Origin, 16)
            : new FailingOpener(_opener, table.Cow!, 18);
        await using var view = await SnapshotView.OpenAsync(table, opener);

        var failed = await Assert.ThrowsAsync<DeviceException>(
            async () => await view.ReadAsync(4 * 512, new byte[(from + 8) * 512], default));

        Assert.Equal(view.Identity.Uri, failed.Device);
        Assert.Equal(at * 512L, failed.Offset);
        Assert.Contains(_files[failing], failed.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task View_of_files_is_read_on_the_thread_of_the_caller_too()
    {
        var (table, before) = await MakeAsync("snapshot", 3, 4, 9, 124);
        await using var view = await SnapshotView.OpenAsync(table, _opener);
        var inline = Assert.IsAssignableFrom<IInlineBlockDevice>(view);
        var bytes = new byte[before.Length - 512];

        inline.Read(512, bytes);

        Assert.Equal(before[512..], bytes);
        Assert.False(inline.WaitsForMedium);
        Assert.Throws<DeviceException>(() => inline.Write(0, new byte[512], WriteDurability.Cached));
        Assert.Throws<DeviceException>(() => inline.Read(before.Length, new byte[512]));
    }

    private static SnapshotTable Table(string origin, string cow, string target = "snapshot") =>
        SnapshotTable.Parse($"0 {OriginSectors} {target} {origin} {cow} P 0");

    private async Task<BlockDeviceIdentity> IdentityAsync(SnapshotTable table)
    {
        await using var view = await SnapshotView.OpenAsync(table, _opener);
        return view.Identity;
    }

    private IEnumerable<string> Hashes() => Directory.GetFiles(_files.Path).Order().Select(
        path => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path))));

    /// <summary>A snapshot, some chunks of whose origin were overwritten since, and what it shows.</summary>
    private async Task<(SnapshotTable Table, byte[] Before)> MakeAsync(string target, params long[] chunks)
    {
        var origin = _files.File("origin", OriginSectors * 512, seed: 7);
        var cow = _files.Sparse("cow", 1 << 20);
        var before = await File.ReadAllBytesAsync(origin);
        var options = new BlockDeviceOpenOptions { Access = BlockDeviceAccess.ReadWrite };
        await using var originDevice = await _opener.OpenAsync(origin, options, default);
        await using var cowDevice = await _opener.OpenAsync(cow, options, default);
        using var bench = await StoreBench.OpenAsync(
            originDevice, cowDevice, StoreTables.Of(ChunkSectors, OriginSectors));
        await bench.OverwriteAsync(chunks);
        return (Table(origin, cow, target), before);
    }

    /// <summary>Opens one device with a sector that cannot be read.</summary>
    private sealed class FailingOpener(IBlockDeviceOpener inner, string failing, long sector) : IBlockDeviceOpener
    {
        public async ValueTask<IBlockDevice> OpenAsync(
            string uri, BlockDeviceOpenOptions options, CancellationToken cancellationToken)
        {
            var device = await inner.OpenAsync(uri, options, cancellationToken);
            var fault = DeviceFault.Within(DeviceOperation.Read, SectorRange.Create(sector, 1));
            return uri == failing ? new FaultyBlockDevice(device, fault) : device;
        }

        public ValueTask<BlockDeviceDescription> DescribeAsync(string uri, CancellationToken cancellationToken) =>
            inner.DescribeAsync(uri, cancellationToken);
    }
}
