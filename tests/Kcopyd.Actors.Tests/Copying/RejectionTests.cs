using Kcopyd.Actors.Copying;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Core;
using Kcopyd.Core.Copying;
using Kcopyd.Devices;
using static Kcopyd.Actors.Tests.Copying.Devices;

namespace Kcopyd.Actors.Tests.Copying;

/// <summary>What is refused before any I/O, and with which numbers.</summary>
public sealed class RejectionTests : IDisposable
{
    private readonly CopySimulation _simulation = new();

    public void Dispose() => _simulation.Dispose();

    [Fact]
    public void Target_whose_parts_are_the_same_storage_is_rejected()
    {
        var memory = Target(16 * 512);
        var twice = LinearBlockDevice.Create("linear", [Region(memory, 0, 8), Region(memory, 4, 8)], false);

        AssertRejected(
            Copy(Source(16 * 512), twice),
            CopyRejectionKind.TargetTwice,
            "Parts of the target linear are the same storage.");
    }

    [Fact]
    public void Unequal_counts_are_rejected_with_both() => AssertRejected(
        CopyRequest.Copy(Region(Source(8192), 0, 16), Region(Target(8192), 0, 15)),
        CopyRejectionKind.UnequalCounts,
        "gets 15 sectors, but the job is about 16.");

    [Fact]
    public void Range_past_the_end_of_the_source_is_rejected() => AssertRejected(
        CopyRequest.Copy(Region(Source(8192), 8, 16), Region(Target(16384), 0, 16)),
        CopyRejectionKind.OutOfBounds,
        "has 16 sectors, but the range 8+16 ends at sector 24.");

    [Fact]
    public void Range_past_the_end_of_a_target_is_rejected() => AssertRejected(
        CopyRequest.Copy(Region(Source(8192), 0, 16), Region(Target(16384), 20, 16)),
        CopyRejectionKind.OutOfBounds,
        "has 32 sectors, but the range 20+16 ends at sector 36.");

    [Fact]
    public void Target_with_no_room_for_an_odd_end_is_rejected() => AssertRejected(
        Copy(Source(1000), Target(700)), CopyRejectionKind.OutOfBounds,
            "has room for 700 bytes, but the source has 1000.");

    [Fact]
    public void Read_only_target_is_rejected() => AssertRejected(
        Copy(Source(8192), new LimitedBlockDevice(Target(8192)) { IsReadOnly = true }),
        CopyRejectionKind.ReadOnly,
        "is read-only.");

    [Fact]
    public void Read_only_target_may_be_verified()
    {
        var target = new LimitedBlockDevice(Source(8192)) { IsReadOnly = true };

        AssertGood(_simulation.Client().Run(Verify(Source(8192), target)));
    }

    [Fact]
    public void Target_listed_twice_is_rejected()
    {
        var target = Target(16384);

        AssertRejected(
            CopyRequest.Copy(Region(Source(8192), 0, 16), Region(target, 0, 16), Region(target, 15, 16)),
            CopyRejectionKind.TargetTwice,
            "the ranges 0+16 and 15+16 share 512 bytes.");
    }

    [Fact]
    public void Two_ranges_of_one_target_that_only_touch_are_taken()
    {
        var target = Target(16384);

        AssertGood(_simulation.Client().Run(
            CopyRequest.Copy(Region(Source(8192), 0, 16), Region(target, 0, 16), Region(target, 16, 16))));
    }

    [Fact]
    public void Target_that_overlaps_the_source_is_rejected()
    {
        var device = Source(16384);

        AssertRejected(
            CopyRequest.Copy(Region(device, 0, 16), Region(new CountingBlockDevice(device), 8, 16)),
            CopyRejectionKind.Overlap,
            "the ranges 0+16 and 8+16 share 4096 bytes.");
    }

    [Fact]
    public void Copy_within_one_device_is_taken_where_nothing_overlaps()
    {
        var device = Source(16384);

        AssertGood(_simulation.Client().Run(CopyRequest.Copy(Region(device, 0, 16), Region(device, 16, 16))));

        Assert.Equal(Bytes(device)[..8192], Bytes(device)[8192..]);
    }

    [Fact]
    public void Misaligned_range_is_rejected_with_the_block_size()
    {
        var target = new LimitedBlockDevice(Target(16384)) { LogicalBlockSize = 4096 };

        AssertRejected(
            CopyRequest.Copy(Region(Source(8192), 0, 16), Region(target, 4, 16)),
            CopyRejectionKind.Misaligned,
            "has blocks of 4096 bytes, but the range 4+16 is not made of whole ones.");
    }

    [Fact]
    public void Misaligned_source_is_rejected()
    {
        var source = new LimitedBlockDevice(Source(16384)) { LogicalBlockSize = 4096 };

        AssertRejected(
            CopyRequest.Copy(Region(source, 0, 12), Region(Target(8192), 0, 12)),
            CopyRejectionKind.Misaligned,
            "the range 0+12 is not made of whole ones.");
    }

    [Theory]
    [InlineData(8, 0, 1, true)]
    [InlineData(8, 4096, 2, true)]
    [InlineData(8, 4097, 1, false)]
    [InlineData(4, 0, 2, true)]
    [InlineData(12, 12288, 3, true)]
    [InlineData(16, 6144, 2, true)]
    public void Budget_smaller_than_what_a_job_needs_is_rejected(int segment, int length, int pages, bool verifies)
    {
        var client = _simulation.ClientOfPages(pages);
        var bytes = length == 0 ? segment * 1024 : length;
        var options = new CopyOptions { SegmentSize = segment.KiB, Verify = verifies };
        var needed = Math.Max(
            Math.Min(segment * 1024, bytes + 4095) / 4096,
            verifies ? 2 * ((Math.Min(Math.Max(1, segment / 8) * 4096, bytes) + 4095) / 4096) : 0);

        if (needed <= pages)
        {
            AssertGood(client.Run(Copy(options, Source(bytes), Target(bytes))));
        }
        else
        {
            var rejection = client.Rejection(Copy(options, Source(bytes), Target(bytes)));
            Assert.Equal(CopyRejectionKind.BudgetTooSmall, rejection.Kind);
            Assert.Equal(
                $"A segment needs {needed} pages, but the budget is {pages} pages of 4096 bytes.", rejection.Reason);
        }
    }

    [Fact]
    public void Zeroing_by_command_needs_no_budget() => AssertGood(
        _simulation.ClientOfPages(1).Run(Zero(new CopyOptions { SegmentSize = 64.KiB }, Target(65536))));

    [Theory]
    [InlineData("")]
    [InlineData(".hidden")]
    [InlineData("-x")]
    [InlineData("a/b")]
    [InlineData("ä")]
    public void Name_that_is_none_is_rejected(string name) => AssertRejected(
        Copy(Source(512), Target(512)) with { Name = name }, CopyRejectionKind.Name, $"'{name}' is no name for a job");

    [Fact]
    public void Name_is_taken_until_its_job_is_over()
    {
        var client = _simulation.Client();
        var source = CopySimulation.Gated(Source(512));
        var request = Copy(Source(512), Target(512)) with { Name = "night" };
        var job = client.Start(Copy(source, Target(512)) with { Name = "night" });

        var rejection = client.Rejection(request);

        Assert.Equal(new CopyRejection(CopyRejectionKind.Name, "A job named 'night' is not over yet."), rejection);
        _simulation.Open(source);
        AssertGood(client.Completion(job));
        _simulation.Settle();
        AssertGood(client.Run(Copy(Source(512), Target(512)) with { Name = "night2" }));
    }

    [Fact]
    public void Names_that_the_client_makes_up_avoid_those_that_are_taken()
    {
        var client = _simulation.Client();
        var source = CopySimulation.Gated(Source(512));
        client.Start(Copy(source, Target(512)) with { Name = "job-2" });
        client.Start(Copy(source, Target(512)) with { Name = "prepared-1" });
        client.Tell(
            new ClientWork.Prepare(new PreparedCompletion(new CopyJobId("prepared-1"), new ClientTicket(null))));

        var jobs = Enumerable.Range(0, 3).Select(_ => client.Start(Copy(source, Target(512))).Value).ToList();

        Assert.Equal(["job-1", "job-3", "job-4"], jobs);
    }

    [Fact]
    public void Client_that_is_full_says_so_and_with_which_limit()
    {
        var client = _simulation.Client(new KcopydClientOptions { QueueLimit = 2, ActiveJobs = 1 });
        var source = CopySimulation.Gated(Source(512));
        client.Start(Copy(source, Target(512)));
        client.Start(Copy(source, Target(512)));

        var busy = client.Ask<ClientMessage.CopyBusy>(new ClientMessage.Copy(Copy(source, Target(512)), "third"));

        Assert.Equal((2, "third"), (busy.QueueLimit, busy.Context));
        _simulation.Open(source);
        client.AssertIdle();
        Assert.Equal(2, client.Completions.Count());
    }

    [Fact]
    public void Closing_client_takes_no_jobs()
    {
        var client = _simulation.Client();
        var source = CopySimulation.Gated(Source(512));
        client.Start(Copy(source, Target(512)));
        client.Tell(new ClientMessage.Destroy());

        var rejection = client.Rejection(Copy(Source(512), Target(512)));

        Assert.Equal(new CopyRejection(CopyRejectionKind.Closing, "The client is closing."), rejection);
    }

    [Fact]
    public void Request_without_a_target_is_rejected() => AssertRejected(
        CopyRequest.Copy(IoRegion.Whole(Source(512))), CopyRejectionKind.TargetCount, "1 to 64 targets, not 0.");

    [Fact]
    public void Copy_without_a_source_and_zeroing_with_one_are_rejected()
    {
        var request = Copy(Source(512), Target(512));

        AssertRejected(request with { Source = null }, CopyRejectionKind.TargetCount, "A copy has a source.");
        AssertRejected(
            request with { Kind = CopyJobKind.Zero }, CopyRejectionKind.TargetCount, "Zeroing has no source.");
    }

    private void AssertRejected(CopyRequest request, CopyRejectionKind kind, string reason)
    {
        var client = _simulation.ClientOfPages(256);
        var rejection = client.Rejection(request);

        Assert.Equal(kind, rejection.Kind);
        Assert.Contains(reason, rejection.Reason, StringComparison.Ordinal);
        _simulation.Settle();
        Assert.Empty(client.Completions);
        client.AssertIdle();
    }
}
