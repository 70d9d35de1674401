namespace Akka.Bundled.Tests.Persistence;

public sealed class ReplayFilterTests() : PersistenceTest(
    $$"""
    test.fail.class = "{{typeof(ScriptedJournal).AssemblyQualifiedName}}"
    test.fail.replay-filter.mode = fail
    test.warn.class = "{{typeof(ScriptedJournal).AssemblyQualifiedName}}"
    test.warn.replay-filter.mode = warn
    test.off.class = "{{typeof(ScriptedJournal).AssemblyQualifiedName}}"
    test.off.replay-filter.mode = off
    """)
{
    // writer      A  A  A  A     C
    //             1  2  3  4     5
    // writer            B  B
    //                   3  4
    private static readonly (string Writer, long SequenceNr)[] Stale =
        [("A", 1), ("A", 2), ("A", 3), ("B", 3), ("A", 4), ("B", 4), ("C", 5)];

    [Fact]
    public void Events_of_the_earlier_of_two_writers_are_left_out()
    {
        Assert.Equal("A1 A2 B3 B4 C5", Replay("test.journal", Stale));
    }

    [Fact]
    public void Events_of_writers_that_follow_each_other_all_stay()
    {
        Assert.Equal("A1 B2 B3 C4", Replay("test.journal", [("A", 1), ("B", 2), ("B", 3), ("C", 4)]));
    }

    [Fact]
    public void Event_that_is_there_twice_is_replayed_once()
    {
        Assert.Equal("A1 A2 A3", Replay("test.journal", [("A", 1), ("A", 2), ("A", 2), ("A", 3)]));
    }

    [Fact]
    public void More_events_than_a_window_are_replayed_in_order()
    {
        var events = Enumerable.Range(1, 1000).Select(number => ($"{(number - 1) / 150}", (long)number)).ToArray();

        Assert.Equal(
            string.Join(' ', events.Select(item => $"{item.Item1}{item.Item2}")), Replay("test.journal", events));
    }

    [Theory]
    [InlineData("test.warn")]
    [InlineData("test.off")]
    public void All_events_stay_when_a_journal_only_warns_or_does_not_look(string journal)
    {
        Assert.Equal("A1 A2 A3 B3 A4 B4 C5", Replay(journal, Stale));
    }

    [Fact]
    public void Recovery_fails_when_a_journal_wants_it_to()
    {
        Prepare("test.fail", Stale);
        var actor = Start("stale", new Subject.Options { Journal = "test.fail" });
        Watch(actor);

        var failed = ExpectMsg<Subject.RecoveryFailed>();

        Assert.Contains("Event 3 of stale is of writer A", failed.Cause, StringComparison.Ordinal);
        ExpectTerminated(actor);
    }

    private string Replay(string journal, (string Writer, long SequenceNr)[] events)
    {
        Prepare(journal, events);
        return string.Join(' ', Recover("stale", new Subject.Options { Journal = journal }).Recovered.OfType<string>());
    }

    private void Prepare(string journal, (string Writer, long SequenceNr)[] events)
    {
        Script.Stored =
        [
            .. events.Select(item => new Akka.Persistence.Persistent(
                $"{item.Writer}{item.SequenceNr}", item.SequenceNr, "stale", writerGuid: item.Writer)),
        ];
        Extension.JournalFor(journal).Tell(Script, TestActor);
    }
}
