using Akka.Actor;
using Akka.Serialization;
using Google.Protobuf;
using Kcopyd.Actors.Hosting;
using Kcopyd.Actors.Journaling;
using Kcopyd.Actors.Tests.Copying;
using Kcopyd.Core;
using Kcopyd.Core.Copying;

namespace Kcopyd.Actors.Tests.Journaling;

public sealed class JobEventSerializerTests : IAsyncLifetime
{
    private readonly ActorSystem _system = ActorSystem.Create("journal-serialization", "akka.loglevel = ERROR");

    public JobEventSerializerTests() => KcopydSerialization.Register(_system);

    [Fact]
    public void Events_that_were_read_back_add_up_to_the_same_job() =>
        SeededRuns.Run(300, seed =>
        {
            var history = JobHistory.Of(seed);
            var read = history.Select(RoundTrip).ToList();

            Assert.Equal(JobText.Of(JobHistory.Fold(history)), JobText.Of(JobHistory.Fold(read)));
            Assert.Equal(
                JobText.Of(history.Where(e => e is not (JobEvent.Checkpoint or JobEvent.Withdrawn))),
                JobText.Of(read.Where(e => e is not (JobEvent.Checkpoint or JobEvent.Withdrawn))));
        });

    [Fact]
    public void A_snapshot_that_was_read_back_is_the_same_job_and_goes_on_the_same() =>
        SeededRuns.Run(300, seed =>
        {
            var history = JobHistory.Of(seed);
            var cut = new Random(seed).Next(1, history.Length + 1);
            var record = JobHistory.Fold(history.Take(cut));

            var read = JobRecord.From(RoundTrip(record.ToSnapshot()));

            Assert.Equal(JobText.Of(record), JobText.Of(read));
            foreach (var happened in history.Skip(cut))
            {
                record.Apply(happened);
                read.Apply(happened);
            }

            Assert.Equal(JobText.Of(record), JobText.Of(read));
        });

    [Fact]
    public void Ranges_that_targets_share_are_written_once()
    {
        var ranges = Enumerable.Range(0, 1_000).Select(i => SectorRange.Create(1_000_000_000L + (i * 40), 20));
        var one = new FlushedRanges(TargetMask.Of(0), [.. ranges]);
        var checkpoint = new JobEvent.Checkpoint(1, 1, DateTimeOffset.UnixEpoch) { Flushed = [one] };
        var both = checkpoint with { Flushed = [one, new FlushedRanges(TargetMask.Of(63), [.. one.Ranges])] };

        Assert.InRange(Bytes(checkpoint).Length, 2_000, 2_100);
        Assert.InRange(Bytes(both).Length - Bytes(checkpoint).Length, 0, 10);
        Assert.Equal(1UL | (1UL << 63), Assert.Single(RoundTrip(both).Flushed).Targets.Bits);
    }

    [Fact]
    public void The_serializer_is_found_by_configuration_too()
    {
        var types = new[] { typeof(JobEvent.Created), typeof(JobEvent.RunEnded), typeof(JobSnapshot) };
        Assert.All(types, type => Assert.Equal(7_108, _system.Serialization.FindSerializerForType(type).Identifier));
        Assert.NotNull(Activator.CreateInstance(typeof(JobEventSerializer), (ExtendedActorSystem)_system));
    }

    [Fact]
    public void Manifests_are_what_they_were()
    {
        var snapshot = JobHistory.Fold(JobHistory.Of(1)).ToSnapshot();
        Assert.Equal("js", Serializer().Manifest(snapshot));
        Assert.Equal("jk", Serializer().Manifest(snapshot.State));
        Assert.Equal("jc", Serializer().Manifest(new JobEvent.Created(snapshot.Description, snapshot.CreatedAt)));
        Assert.Equal("je", Serializer().Manifest(new JobEvent.RunEnded(1, JobStanding.Failed, "", default)));
        Assert.Equal("jw", Serializer().Manifest(Golden.Withdrawn));
        Assert.Equal("jr", Serializer().Manifest(Golden.RunStarted));
    }

    [Theory]
    [InlineData("jz")]
    [InlineData("")]
    public void An_entry_of_a_newer_version_is_refused_as_such(string manifest)
    {
        var refused = Assert.Throws<JournalException>(() => Serializer().FromBinary([], manifest));
        Assert.Equal(
            $"The job was written by a newer version of Kcopyd: '{manifest}' is no entry that this version knows.",
            refused.Message);
    }

    [Fact]
    public void A_value_of_a_newer_version_is_refused_as_such()
    {
        var bytes = Sealed(new Protocol.JobRunEnded { Standing = 17 }.ToByteArray());
        var refused = Assert.Throws<JournalException>(() => Serializer().FromBinary(bytes, "je"));
        Assert.Equal(
            "The job was written by a newer version of Kcopyd: 17 is no JobStanding of this version.", refused.Message);
    }

    [Theory]
    [InlineData("jc", "")]
    [InlineData("jr", "")]
    [InlineData("js", "")]
    [InlineData("jk", "FFFF")]
    [InlineData("jk", "2205080112010A")]
    [InlineData("jk", "220F0801120BFFFFFFFFFFFFFFFFFF0101")]
    public void A_damaged_entry_is_called_damaged(string manifest, string hex)
    {
        var refused = Assert.Throws<JournalException>(
            () => Serializer().FromBinary(Sealed(Convert.FromHexString(hex)), manifest));
        Assert.Equal($"An entry '{manifest}' in the journal of the job is damaged.", refused.Message);
    }

    [Fact]
    public void Any_damage_is_noticed() =>
        SeededRuns.Run(200, seed =>
        {
            var random = new Random(seed);
            var snapshot = JobHistory.Fold(JobHistory.Of(seed)).ToSnapshot();
            var bytes = Serializer().ToBinary(snapshot);
            bytes[random.Next(bytes.Length)] ^= (byte)random.Next(1, 256);

            var refused = Assert.Throws<JournalException>(() => Serializer().FromBinary(bytes, "js"));

            Assert.Equal("An entry 'js' in the journal of the job is damaged.", refused.Message);
        });

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _system.Terminate();

    private SerializerWithStringManifest Serializer() =>
        (SerializerWithStringManifest)_system.Serialization.FindSerializerForType(typeof(JobEvent));

    private static byte[] Sealed(byte[] bytes)
    {
        byte[] entry = [.. bytes, 0, 0, 0, 0];
        EntryChecksum.Seal(entry);
        return entry;
    }

    private byte[] Bytes(object kept) => Serializer().ToBinary(kept);

    private T RoundTrip<T>(T kept)
        where T : class =>
        Assert.IsType<T>(Serializer().FromBinary(Bytes(kept), Serializer().Manifest(kept)), exactMatch: false);
}
