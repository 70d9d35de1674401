using Akka.Actor;
using Kcopyd.Actors.TestKit.Crashes;

namespace Kcopyd.Actors.TestKit.Tests.Crashes;

public sealed class CrashingJournalTests : IDisposable
{
    private const string Id = "stream";

    private readonly CrashRig _rig = CrashRig.Create();
    private readonly List<string> _events = [];
    private readonly List<Exception> _failures = [];

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void Events_come_back_after_a_cut_as_bytes_that_were_read_again()
    {
        Persist("a", "b");
        Crash();

        Start();

        Assert.Equal(["a", "b"], _events);
        Assert.Equal(["a", "b"], _rig.Journal.Events(Id, _rig.System));
    }

    [Fact]
    public void Stream_says_how_long_it_is_and_stays_short()
    {
        Persist([.. Enumerable.Range(0, 30).Select(number => $"{number:d2}")]);

        var stream = _rig.Journal.Stream(Id);

        Assert.Equal((30L, 30L), (stream.Appended, stream.HighestSequenceNr));
        Assert.InRange(stream.Rows, 0, 3);
        Assert.Equal(1, stream.Snapshots);
        Assert.True(stream.SnapshotBytes > 80);
        Assert.Equal([Id], _rig.Journal.PersistenceIds);
        Crash();
        Start();
        Assert.Equal(30, _events.Count);
        Persist("more");
        Assert.Equal(31, _rig.Journal.Stream(Id).HighestSequenceNr);
    }

    [Theory]
    [InlineData(CutMoment.Before, "a", 0)]
    [InlineData(CutMoment.Unanswered, "a,b", 0)]
    [InlineData(CutMoment.After, "a,b", 1)]
    public void Power_goes_at_the_moment_of_an_append_that_was_told(CutMoment moment, string left, int answered)
    {
        Persist("a");
        var actor = Start();
        _rig.CutAtAppend(1, moment, Id);
        actor.Tell("b");

        Assert.False(_rig.Run(static () => false));

        Assert.Equal(1 + answered, _events.Count);
        _rig.Reopen();
        Start();
        Assert.Equal(left, string.Join(',', _events));
    }

    [Theory]
    [InlineData(CutMoment.Before, 0)]
    [InlineData(CutMoment.Unanswered, 1)]
    [InlineData(CutMoment.After, 1)]
    public void Power_goes_at_the_moment_of_a_snapshot_that_was_told(CutMoment moment, int snapshots)
    {
        var actor = Start();
        _rig.CutAtSnapshot(1, moment);
        Tell(actor, "a", "b", "c");

        Assert.False(_rig.Power.IsOn);

        Assert.Equal(snapshots, _rig.Journal.Stream(Id).Snapshots);
        Assert.True(moment == CutMoment.After || _rig.Journal.Stream(Id).Rows == 3);
        _rig.Reopen();
        Start();
        Assert.Equal(["a", "b", "c"], _events);
    }

    [Theory]
    [InlineData(JournalFault.Failed, true, false)]
    [InlineData(JournalFault.StoredButFailed, true, true)]
    [InlineData(JournalFault.Silent, false, false)]
    [InlineData(JournalFault.StoredButSilent, false, true)]
    [InlineData(JournalFault.Rejected, false, false)]
    public void Append_goes_wrong_as_told(JournalFault fault, bool fails, bool isStored)
    {
        _rig.Journal.FailAppend(2, fault);
        Persist("a", "b");

        Assert.Equal(["a"], _events);
        Assert.Equal(fails ? 1 : 0, _failures.Count);
        Assert.All(_failures, failure => Assert.IsType<JournalFaultException>(failure));
        Crash();
        Start();
        Assert.Equal(isStored ? ["a", "b"] : ["a"], _events);
        Persist("c");
        Assert.Equal("c", _events[^1]);
    }

    [Fact]
    public void Event_of_another_writer_is_a_conflict()
    {
        Persist("a");
        var actor = Start();
        Assert.Equal(2, _rig.Journal.AppendAsOther(Id, "other", _rig.System));

        Tell(actor, "b");

        Assert.IsType<JournalConflictException>(Assert.Single(_failures));
        Crash();
        Start();
        Assert.Equal(["a", "other"], _events);
    }

    [Fact]
    public void Read_only_journal_refuses_and_still_replays()
    {
        Persist("a");
        _rig.Journal.IsReadOnly = true;

        Persist("b");

        Assert.Contains("readonly", Assert.Single(_failures).Message, StringComparison.Ordinal);
        Start();
        Assert.Equal(["a"], _events);
        Assert.Equal(1, _rig.Journal.Stream(Id).Rows);
    }

    [Fact]
    public void Damaged_event_and_failing_replay_stop_a_recovery()
    {
        Persist("a", "b");
        _rig.Journal.FailReplays(1);
        Start();
        Assert.Empty(_events);
        Start();
        Assert.Equal(["a", "b"], _events);

        _rig.Journal.Corrupt(Id, 2);

        Start();
        Assert.DoesNotContain("b", _events);
        Persist("c");
        Assert.Equal(2, _rig.Journal.Stream(Id).Rows);
    }

    [Fact]
    public void Snapshot_that_fails_leaves_the_events()
    {
        _rig.Journal.FailSnapshot(1, JournalFault.Failed);

        Persist("a", "b", "c");

        Assert.Equal((3, 0), (_rig.Journal.Stream(Id).Rows, _rig.Journal.Stream(Id).Snapshots));
    }

    [Fact]
    public void Reset_empties_the_journal_and_its_faults()
    {
        Persist("a");
        _rig.Journal.FailAppend(1, JournalFault.Failed);

        _rig.Reset(1);

        Persist("b");
        Assert.Equal(["b"], _events);
        Assert.Empty(_failures);
    }

    [Fact]
    public void Nothing_acknowledged_is_lost_and_nothing_comes_twice_at_any_cut()
    {
        string[] texts = [.. Enumerable.Range(0, 8).Select(number => $"{number}")];
        var cuts = 0;
        for (var seed = 0; seed < 1000; seed++)
        {
            _rig.Reset(seed);
            var actor = Start();
            _rig.CutAfterSteps(_rig.Loop.Choose(40));
            Array.ForEach(texts, text => actor.Tell(text));
            _rig.Run(() => _rig.Loop.Runnable == 0);
            var acknowledged = _events.Count;
            cuts += _rig.Power.Cuts;
            Crash();

            Start();

            _rig.Check(() => Assert.Equal(texts[.._events.Count], _events));
            _rig.Demand(_events.Count >= acknowledged, $"{acknowledged} acknowledged, {_events.Count} left");
        }

        Assert.InRange(cuts, 500, 1000);
    }

    private IActorRef Start()
    {
        var (events, failures) = (_events, _failures);
        failures.Clear();
        var actor = _rig.System.ActorOf(Props.Create(() => new CountingActor(Id, events, failures)));
        _rig.Loop.RunUntilIdle();
        return actor;
    }

    private void Persist(params string[] texts) => Tell(Start(), texts);

    private void Tell(IActorRef actor, params string[] texts)
    {
        Array.ForEach(texts, text => actor.Tell(text));
        _rig.Loop.RunUntilIdle();
    }

    private void Crash()
    {
        _rig.Cut();
        _rig.Reopen();
    }
}
