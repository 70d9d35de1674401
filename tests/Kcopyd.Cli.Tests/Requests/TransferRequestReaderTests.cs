using System.Collections.Immutable;
using Kcopyd.Cli.Requests;
using Kcopyd.Core;
using Kcopyd.Core.Copying;

namespace Kcopyd.Cli.Tests.Requests;

public sealed class TransferRequestReaderTests
{
    private static readonly TransferText Plain = new(CopyJobKind.Copy, "source", ["target"]);

    [Fact]
    public void Nothing_given_means_the_defaults()
    {
        var request = TransferRequestReader.Read(Plain);

        Assert.Equal(0, request.SourceSector);
        Assert.Null(request.SectorCount);
        Assert.Null(request.TargetSector);
        Assert.Equal(64.MiB, request.PageBudget);
        Assert.Equal(0, request.BytesPerSecond.Value);
        Assert.Equal(100, request.Percent);
        Assert.Equal(ProgressStyle.Auto, request.Progress);
        Assert.Equal(CopyOptions.Default with { SegmentSize = 1.MiB, InFlight = 4 }, request.Options);
    }

    [Fact]
    public void More_is_in_flight_where_a_server_has_part_in_it()
    {
        var from = TransferRequestReader.Read(Plain with { Source = "nbd://127.0.0.1/a" }).Options;
        var to = TransferRequestReader.Read(Plain with { Targets = ["b", "nbd+unix:///?socket=/run/c"] }).Options;
        var cut = TransferRequestReader.Read(Plain with { Source = "nbd://127.0.0.1/a", Segment = "256K" }).Options;

        Assert.Equal((8.MiB, 4), (from.SegmentSize, from.InFlight));
        Assert.Equal((8.MiB, 4), (to.SegmentSize, to.InFlight));
        Assert.Equal((256.KiB, 8), (cut.SegmentSize, cut.InFlight));
    }

    [Fact]
    public void Direct_io_and_a_given_segment_or_count_keep_the_defaults_of_the_engine()
    {
        var direct = TransferRequestReader.Read(Plain with { Direct = true }).Options;
        var counted = TransferRequestReader.Read(Plain with { InFlight = "2" }).Options;
        var cut = TransferRequestReader.Read(Plain with { Segment = "256K" }).Options;

        Assert.Equal((512.KiB, 8), (direct.SegmentSize, direct.InFlight));
        Assert.Equal((512.KiB, 2), (counted.SegmentSize, counted.InFlight));
        Assert.Equal((256.KiB, 8), (cut.SegmentSize, cut.InFlight));
    }

    [Theory]
    [InlineData("2048", 2048)]
    [InlineData("0", 0)]
    [InlineData("8s", 8)]
    [InlineData("1M", 2048)]
    [InlineData("1024B", 2)]
    [InlineData("18014398509481983", 18014398509481983)]
    public void A_plain_number_counts_sectors_and_a_size_is_whole_sectors(string text, long sectors)
    {
        var request = TransferRequestReader.Read(Plain with { Sector = text, Count = text, TargetSector = text });

        Assert.Equal(sectors, request.SourceSector);
        Assert.Equal(sectors, request.SectorCount);
        Assert.Equal(sectors, request.TargetSector);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("100B")]
    [InlineData("1.3K")]
    [InlineData("18014398509481984")]
    [InlineData("99999999999999999999")]
    [InlineData("one")]
    public void What_is_no_number_of_sectors_is_refused_by_the_name_of_the_option(string text)
    {
        var refused = Assert.Throws<RefusedException>(() => TransferRequestReader.Read(Plain with { Count = text }));

        Assert.StartsWith($"--count '{text}' ", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("10M", 10L << 20)]
    [InlineData("10M/s", 10L << 20)]
    [InlineData("1MB/s", 1_000_000)]
    [InlineData("0", 0)]
    public void A_rate_is_a_size_a_second(string text, long bytes) =>
        Assert.Equal(bytes, TransferRequestReader.Read(Plain with { Rate = text }).BytesPerSecond.Value);

    [Fact]
    public void A_budget_below_the_usual_segment_makes_segments_as_large_as_it() =>
        Assert.Equal(60.KiB, TransferRequestReader.Read(Plain with { Pages = "63K" }).Options.SegmentSize);

    [Fact]
    public void A_segment_that_was_asked_for_is_not_made_smaller()
    {
        var text = Plain with { Pages = "64K", Segment = "1M" };

        var refused = Assert.Throws<RefusedException>(() => TransferRequestReader.Read(text));

        Assert.Equal("--segment '1M' is more than the page budget of 64 KiB (--pages)", refused.Message);
    }

    [Fact]
    public void Policies_and_flags_reach_the_engine()
    {
        var options = TransferRequestReader.Read(Plain with
        {
            OnTargetError = "drop",
            OnReadError = "salvage",
            IgnoreError = true,
            Sequential = true,
            Sparse = true,
            Verify = true,
            Flush = true,
            Digest = true,
            InFlight = "64",
        }).Options;

        Assert.Equal(OnTargetError.Drop, options.OnTargetError);
        Assert.Equal(OnReadError.Salvage, options.OnReadError);
        Assert.True(options is { IgnoreError: true, WriteSequential: true, Sparse: true });
        Assert.True(options is { Verify: true, Flush: true, Digest: true, InFlight: 64 });
    }

    [Fact]
    public void An_empty_name_is_refused()
    {
        Assert.Throws<RefusedException>(() => TransferRequestReader.Read(Plain with { Source = " " }));
        Assert.Throws<RefusedException>(() => TransferRequestReader.Read(Plain with { Targets = [string.Empty] }));
    }

    [Fact]
    public void Sixty_four_targets_are_taken_and_sixty_five_are_not()
    {
        static ImmutableArray<string> Many(int count) => [.. Enumerable.Range(0, count).Select(index => $"t{index}")];

        Assert.Equal(64, TransferRequestReader.Read(Plain with { Targets = Many(64) }).Targets.Length);
        Assert.Throws<RefusedException>(() => TransferRequestReader.Read(Plain with { Targets = Many(65) }));
    }
}
