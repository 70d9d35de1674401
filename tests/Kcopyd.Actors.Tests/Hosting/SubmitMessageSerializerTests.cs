using Akka.Actor;
using Kcopyd.Actors.Copying;
using Kcopyd.Actors.Hosting;
using Kcopyd.Actors.Journaling;
using Kcopyd.Core;
using Kcopyd.Core.Copying;

namespace Kcopyd.Actors.Tests.Hosting;

public sealed class SubmitMessageSerializerTests : IAsyncLifetime
{
    private readonly ActorSystem _system = ActorSystem.Create("serialization", "akka.loglevel = ERROR");

    public SubmitMessageSerializerTests() => KcopydSerialization.Register(_system);

    [Fact]
    public void A_submitted_copy_survives_the_wire()
    {
        var options = new CopyOptions
        {
            SegmentSize = 64.KiB,
            InFlight = 3,
            IgnoreError = true,
            OnTargetError = OnTargetError.Drop,
            OnReadError = OnReadError.Salvage,
            SalvageLimit = 7,
            Sparse = true,
            Flush = true,
            Verify = true,
            Digest = true,
        };
        var sent = new SubmitCopy(
            "c-1",
            CopyJobKind.Copy,
            new SubmitRegion("/a", 8, 16),
            [new SubmitRegion("/b"), new SubmitRegion("null:1M", 1)],
            options)
        {
            Direct = true,
            Name = "nightly",
            Policy = JobStartPolicy.Trust,
        };

        var got = RoundTrip(sent);

        Assert.Equal(("nightly", JobStartPolicy.Trust), (got.Name, got.Policy));
        Assert.Equal(sent with { Targets = [] }, got with { Targets = [] });
        Assert.Equal(sent.Targets.AsEnumerable(), got.Targets);
    }

    [Fact]
    public void A_zero_job_has_no_source_on_the_wire()
    {
        var got = RoundTrip(
            new SubmitCopy("c-2", CopyJobKind.Zero, null, [new SubmitRegion("/b")], CopyOptions.Default));

        Assert.Null(got.Source);
        Assert.Equal((null, null), (got.Name, got.Policy));
        Assert.Equal(CopyJobKind.Zero, got.Kind);
    }

    [Fact]
    public void Answers_survive_the_wire()
    {
        Assert.Equal("job-9", RoundTrip(new SubmitAccepted("c", new CopyJobId("job-9"))).Job.Value);
        Assert.Equal(12, RoundTrip(new SubmitBusy("c", 12)).QueueLimit);

        var rejected = new SubmitRejected("c", new CopyRejection(CopyRejectionKind.Closing, "The client is closing."));
        Assert.Equal(rejected, RoundTrip(rejected));
    }

    [Fact]
    public void A_completion_survives_the_wire_with_every_detail()
    {
        var failure = new CopyFailure(CopyFailureKind.Write, 63, SectorRange.Create(5, 6), 28, true, "No room.");
        var source = new CopyFailure(CopyFailureKind.Read, null, SectorRange.Create(0, 1), 5, false, "Gone.");
        var completed = new CopyCompleted(new CopyJobId("j"), CopyOutcome.CompletedWithErrors, true, 1UL << 63)
        {
            Sectors = 100,
            BytesRead = 51_200,
            Details = [failure, source],
            FailureCount = 4_000_000_000,
            ZeroedRanges = [SectorRange.Create(0, 1)],
            Targets = [new CopyTargetResult("/b", 1, 2, CopyTargetState.Dropped) { BytesKept = 3 }],
            Notices = ["the target /b was not there"],
            Digest = [1, 2, 3],
            Elapsed = TimeSpan.FromMilliseconds(17),
        };

        var got = RoundTrip(new SubmitCompleted("c", completed)).Completed;

        Assert.Equal(completed.Details.AsEnumerable(), got.Details);
        Assert.Equal(completed.ZeroedRanges.AsEnumerable(), got.ZeroedRanges);
        Assert.Equal(completed.Targets.AsEnumerable(), got.Targets);
        Assert.Equal(completed.Digest.AsEnumerable(), got.Digest);
        Assert.Equal(completed.Notices.AsEnumerable(), got.Notices);
        Assert.Equal(
            (completed.Job, completed.Outcome, completed.ReadError, completed.WriteErrors),
            (got.Job, got.Outcome, got.ReadError, got.WriteErrors));
        Assert.Equal(
            (completed.Sectors, completed.BytesRead, completed.FailureCount, completed.Elapsed),
            (got.Sectors, got.BytesRead, got.FailureCount, got.Elapsed));
    }

    [Fact]
    public void A_manifest_of_another_protocol_is_refused()
    {
        var serializer = _system.Serialization.FindSerializerForType(typeof(SubmitCopy));
        var refused = Assert.Throws<ArgumentException>(
            () => ((Akka.Serialization.SerializerWithStringManifest)serializer).FromBinary([], "X"));
        Assert.Contains("'X'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_number_that_a_later_version_added_is_refused_by_name()
    {
        var bytes = new byte[] { 0x10, 99 };
        var serializer = _system.Serialization.FindSerializerForType(typeof(SubmitCopy));
        var refused = Assert.Throws<InvalidDataException>(
            () => ((Akka.Serialization.SerializerWithStringManifest)serializer).FromBinary(bytes, "S"));
        Assert.Contains("CopyJobKind", refused.Message, StringComparison.Ordinal);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _system.Terminate();

    private T RoundTrip<T>(T message)
        where T : SubmitMessage
    {
        var found = _system.Serialization.FindSerializerFor(message);
        var serializer = Assert.IsAssignableFrom<Akka.Serialization.SerializerWithStringManifest>(found);
        Assert.Equal(7_107, serializer.Identifier);
        return Assert.IsType<T>(serializer.FromBinary(serializer.ToBinary(message), serializer.Manifest(message)));
    }
}
