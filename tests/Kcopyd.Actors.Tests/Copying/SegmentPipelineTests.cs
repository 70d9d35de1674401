using Kcopyd.Actors.Copying;
using Kcopyd.Core;
using Kcopyd.Core.Copying;
using Kcopyd.Core.Paging;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Tests.Copying;

/// <summary>The way of a segment, without actors: what a worker that is told to do something would do is told
/// here.</summary>
public sealed class SegmentPipelineTests : IDisposable
{
    private static readonly ReadResult Good = new(null, 4096, false, []);

    private readonly PageMemory _pages = new(8);
    private readonly List<PageLease> _returned = [];
    private readonly Workers _workers = new();

    public void Dispose() => _pages.Dispose();

    [Fact]
    public void Lost_write_is_made_again_from_what_was_read_and_hashed_once()
    {
        var pipeline = Pipeline(new CopyOptions { Digest = true });
        Begin(pipeline, 0);
        Begin(pipeline, 1);
        pipeline.OnRead(1, 0, Good);
        _workers.Told.Clear();
        _workers.BeginsAgain = segment => pipeline.Start(segment);

        pipeline.OnWorkerLost(1, 0, 0);
        pipeline.OnRead(0, 0, Good);
        pipeline.OnHashed(0, 0);

        Assert.Equal(["write 1 to 0", "hash 0", "write 0 to 0", "hash 1"], _workers.Told);
    }

    [Fact]
    public void Digest_is_void_when_what_was_hashed_is_read_anew_with_another_result()
    {
        var pipeline = Pipeline(new CopyOptions { Digest = true, WriteSequential = true });
        var unreadable = new CopyFailure(CopyFailureKind.Read, null, SectorRange.Create(0, 1), 5, false, "unreadable");
        Begin(pipeline, 0);
        pipeline.OnRead(0, 0, Good with { Zeroed = [unreadable] });
        pipeline.OnHashed(0, 0);
        pipeline.OnWorkerLost(0, 0, 0);
        Assert.False(pipeline.IsDigestVoid);

        Begin(pipeline, 0);
        pipeline.OnRead(0, 0, Good);

        Assert.True(pipeline.IsDigestVoid);
    }

    [Fact]
    public void Lost_segment_keeps_its_pages_for_the_next_attempt()
    {
        var pipeline = Pipeline(new CopyOptions());
        Begin(pipeline, 0);
        _workers.BeginsAgain = segment => pipeline.Start(segment);

        pipeline.OnWorkerLost(0, 0, null);

        Assert.Empty(_returned);
        Assert.Equal(["request 0", "read 0", "read 0"], _workers.Told);
        pipeline.OnRead(0, 1, Good);
        pipeline.OnWritten(0, 1, 0, 4096, null);
        Assert.Single(_returned);
    }

    [Fact]
    public void Lost_segment_that_is_not_begun_again_gives_its_pages_back()
    {
        var pipeline = Pipeline(new CopyOptions());
        Begin(pipeline, 0);

        pipeline.OnWorkerLost(0, 0, null);

        Assert.Single(_returned);
        Assert.False(pipeline.IsAtWork);
    }

    [Fact]
    public void Segment_is_lost_only_when_its_other_writers_are_done()
    {
        var pipeline = Pipeline(new CopyOptions(), targets: 2);
        Begin(pipeline, 0, targets: 2);
        pipeline.OnRead(0, 0, Good);

        pipeline.OnWorkerLost(0, 0, 1);
        Assert.Empty(_workers.Raised);
        pipeline.OnWritten(0, 0, 0, 4096, null);

        Assert.IsType<CopyJobEvent.SegmentLost>(Assert.Single(_workers.Raised));
        Assert.Empty(_workers.Counted);
    }

    [Fact]
    public void Answers_of_an_abandoned_attempt_are_dropped()
    {
        var pipeline = Pipeline(new CopyOptions());
        Begin(pipeline, 0);
        _workers.BeginsAgain = segment => pipeline.Start(segment);
        pipeline.OnWorkerLost(0, 0, null);
        _workers.Told.Clear();
        _workers.Raised.Clear();

        pipeline.OnRead(0, 0, Good);
        pipeline.OnWritten(0, 0, 0, 4096, null);
        pipeline.OnHashed(0, 0);
        pipeline.OnWorkerLost(0, 0, null);
        pipeline.OnCompared(0, 0, SegmentResult.Clean);

        Assert.Empty(_workers.Told);
        Assert.Empty(_workers.Raised);
    }

    [Fact]
    public void Pages_for_a_segment_that_nobody_wants_go_back()
    {
        var pipeline = Pipeline(new CopyOptions());
        pipeline.Start(Segment(0));
        pipeline.OnWithdrawn(0);

        pipeline.OnAdmitted(0, Lease(), true);

        Assert.Single(_returned);
        Assert.IsType<CopyJobEvent.SegmentReturned>(Assert.Single(_workers.Raised));
    }

    [Fact]
    public void Withdrawal_that_comes_after_the_pages_is_late()
    {
        var pipeline = Pipeline(new CopyOptions());
        Begin(pipeline, 0);

        pipeline.OnWithdrawn(0);

        Assert.Empty(_workers.Raised);
        Assert.True(pipeline.IsAtWork);
    }

    [Fact]
    public void Pages_that_come_while_the_job_wants_to_stop_go_back()
    {
        var pipeline = Pipeline(new CopyOptions());
        pipeline.Start(Segment(0));

        pipeline.OnAdmitted(0, Lease(), false);

        Assert.Single(_returned);
        Assert.IsType<CopyJobEvent.SegmentReturned>(Assert.Single(_workers.Raised));
    }

    [Fact]
    public void Sequential_write_is_not_begun_when_the_job_has_failed()
    {
        var pipeline = Pipeline(new CopyOptions { WriteSequential = true });
        Begin(pipeline, 0);
        _workers.HasFailed = true;

        pipeline.OnRead(0, 0, Good);
        pipeline.GiveUpWaiting();

        Assert.DoesNotContain("write 0 to 0", _workers.Told);
        Assert.IsType<CopyJobEvent.SegmentReturned>(Assert.Single(_workers.Raised));
        Assert.Single(_returned);
    }

    [Fact]
    public void Lost_segment_does_not_keep_pages_before_an_earlier_one_that_waits_for_some()
    {
        var pipeline = Pipeline(new CopyOptions { Digest = true });
        Begin(pipeline, 1);
        pipeline.Start(Segment(0));
        _workers.BeginsAgain = segment => pipeline.Start(segment);
        _workers.Told.Clear();

        pipeline.OnWorkerLost(1, 0, null);

        Assert.Equal(["request 1"], _workers.Told);
        Assert.Single(_returned);
    }

    [Fact]
    public void Segment_whose_targets_were_all_dropped_is_over()
    {
        var pipeline = Pipeline(new CopyOptions { WriteSequential = true, Digest = true });
        Begin(pipeline, 0);
        _workers.Dropped = TargetMask.Of(0);

        pipeline.OnRead(0, 0, Good);
        pipeline.OnHashed(0, 0);

        Assert.IsType<CopyJobEvent.SegmentSettled>(Assert.Single(_workers.Raised));
        Assert.Single(_returned);
    }

    private static Segment Segment(long index, int targets = 1, int attempt = 0) => new(
        index, SectorRange.Create(index * 8, 8), TargetMask.All(targets), SegmentKind.Data, attempt);

    private SegmentPipeline Pipeline(CopyOptions options, int targets = 1) =>
        new(new CopyJobSpec(CopyJobKind.Copy, 64, targets, options), _workers);

    private PageLease Lease() => _pages.Lease(new PageRun(0, 1), _returned.Add);

    private void Begin(SegmentPipeline pipeline, long index, int targets = 1)
    {
        pipeline.Start(Segment(index, targets));
        pipeline.OnAdmitted(index, Lease(), true);
    }

    private sealed class Workers : ISegmentWorkers
    {
        public List<string> Told { get; } = [];

        public List<CopyJobEvent> Raised { get; } = [];

        public List<SegmentRun> Counted { get; } = [];

        public TargetMask Dropped { get; set; }

        public Action<Segment>? BeginsAgain { get; set; }

        public bool MayWrite { get; set; } = true;

        public bool ZeroesByCommand => true;

        public bool HasFailed { get; set; }

        public void RequestPages(Segment segment) => Told.Add($"request {segment.Index}");

        public void Read(Segment segment, PageLease lease) => Told.Add($"read {segment.Index}");

        public void Write(Segment segment, int target, PageLease lease, bool isZero) =>
            Told.Add($"write {segment.Index} to {target}");

        public void Compare(Segment segment, PageLease lease) => Told.Add($"compare {segment.Index}");

        public void Hash(Segment segment, PageLease? lease) => Told.Add($"hash {segment.Index}");

        public TargetMask StillWanted(TargetMask targets) => targets.Except(Dropped);

        public void Count(SegmentRun run) => Counted.Add(run);

        public void Raise(CopyJobEvent happened)
        {
            Raised.Add(happened);
            if (happened is CopyJobEvent.SegmentLost lost)
            {
                BeginsAgain?.Invoke(lost.Segment with { Attempt = lost.Segment.Attempt + 1 });
            }
        }
    }
}
