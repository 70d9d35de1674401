using System.Text.RegularExpressions;
using Akka.Actor;
using Akka.Event;
using Akka.TestKit.Xunit2;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace Akka.Bundled.Tests;

public sealed partial class EventFilterTests : TestKit.Xunit2.TestKit
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(50);

    public EventFilterTests()
        : base("akka.loglevel = DEBUG")
    {
    }

    [Fact]
    public async Task Each_level_is_recognized()
    {
        await EventFilter.Debug("one").ExpectOneAsync(() => Logging(() => Log.Debug("one")));
        await EventFilter.Info("two").ExpectOneAsync(() => Logging(() => Log.Info("two")));
        await EventFilter.Warning("three").ExpectOneAsync(() => Logging(() => Log.Warning("three")));
        await EventFilter.Error("four").ExpectOneAsync(() => Logging(() => Log.Error("four")));
        EventFilter.Info("five").ExpectOne(() => Log.Info("five"));
        Assert.Equal(6, EventFilter.Info().ExpectOne(() =>
        {
            Log.Info("six");
            return 6;
        }));
    }

    [Fact]
    public void Message_matches_by_start_part_pattern_and_formatted_text()
    {
        EventFilter.Info(start: "segment 7").ExpectOne(() => Log.Info("segment {0} was copied", 7));
        EventFilter.Info(contains: "7 was").ExpectOne(() => Log.Info("segment {0} was copied", 7));
        EventFilter.Info(SegmentPattern()).ExpectOne(() => Log.Info("segment {0} was copied", 7));
    }

    [Fact]
    public void Events_that_do_not_match_fail_the_expectation_and_it_says_what_it_looked_for()
    {
        var failure = Assert.ThrowsAny<XunitException>(
            () => EventFilter.Error(contains: "wanted").ExpectOne(Short, () =>
            {
                Log.Error("other");
                Log.Warning("wanted");
            }));
        Assert.Contains("Expected 1 log events", failure.Message, StringComparison.Ordinal);
        Assert.Contains("there were 0", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Error with contains \"wanted\"", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Number_of_events_must_be_exact()
    {
        await EventFilter.Info("tick").ExpectAsync(3, () => Logging(() => Repeat(3, () => Log.Info("tick"))));
        Assert.ThrowsAny<XunitException>(
            () => EventFilter.Info("tick").Expect(3, Short, () => Repeat(2, () => Log.Info("tick"))));
        Assert.ThrowsAny<XunitException>(
            () => EventFilter.Info("tick").Expect(0, TimeSpan.FromSeconds(3), () => Log.Info("tick")));
        EventFilter.Info("tick").Expect(0, Short, () => Log.Info("tock"));
    }

    [Fact]
    public void Too_many_events_fail()
    {
        var failure = Assert.ThrowsAny<XunitException>(
            () => EventFilter.Info("tick").ExpectOne(() =>
            {
                Repeat(3, () => Log.Info("tick"));
                EventFilter.Info("barrier").ExpectOne(() => Log.Info("barrier"));
            }));
        Assert.Contains("there were 3", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Exceptions_match_by_type_and_text()
    {
        EventFilter.Exception<FormatException>().ExpectOne(() => Log.Error(new FormatException("no"), "text"));
        EventFilter.Exception<FormatException>("no").ExpectOne(() => Log.Error(new FormatException("no"), "text"));
        EventFilter.Exception<FormatException>(contains: "tex")
            .ExpectOne(() => Log.Error(new FormatException("no"), "text"));
        EventFilter.Exception(typeof(FormatException), checkInnerExceptions: true)
            .ExpectOne(() => Log.Error(new InvalidOperationException("outer", new FormatException("no")), "text"));
        Assert.ThrowsAny<XunitException>(() => EventFilter.Exception<FormatException>()
            .ExpectOne(Short, () => Log.Error(new InvalidOperationException("no"), "text")));
    }

    [Fact]
    public async Task Crash_of_an_actor_is_recognized_with_its_source()
    {
        var actor = ActorOf(dsl => dsl.ReceiveAny((_, _) => throw new FormatException("crash")), "crashing");
        await EventFilter.Exception<FormatException>("crash", source: "/user/crashing").ExpectOneAsync(
            () => Logging(() => actor.Tell("go")));
        await Assert.ThrowsAnyAsync<XunitException>(
            () => EventFilter.Exception<FormatException>(source: "/user/other").ExpectOneAsync(
                Short,
                () => Logging(() => actor.Tell("go"))));
    }

    [Fact]
    public async Task Dead_letters_are_recognized_by_type_and_content()
    {
        var actor = Sys.ActorOf(Props.Empty, "gone");
        await WatchAsync(actor);
        Sys.Stop(actor);
        await ExpectTerminatedAsync(actor);
        EventFilter.DeadLetter<int>().ExpectOne(() => actor.Tell(1));
        EventFilter.DeadLetter<int>(number => number == 2).ExpectOne(() =>
        {
            actor.Tell(1);
            actor.Tell(2);
        });
        EventFilter.DeadLetter<string>("/user/gone").ExpectOne(() => actor.Tell("x"));
    }

    [Fact]
    public void Unhandled_message_is_a_warning()
    {
        var actor = ActorOf(dsl => dsl.Receive<int>((_, _) => { }));
        EventFilter.Warning(start: "Unhandled message from").ExpectOne(() => actor.Tell("text"));
    }

    [Fact]
    public void Custom_filter_and_several_filters_count_each_event_once()
    {
        EventFilter.Custom<Info>(info => info.Message.ToString() == "mine").ExpectOne(() => Log.Info("mine"));
        EventFilter.Info("one").And.Warning("two").And.Info(start: "o").Expect(2, () =>
        {
            Log.Info("one");
            Log.Warning("two");
        });
    }

    [Fact]
    public void Exception_of_the_action_comes_through_and_the_filters_are_gone()
    {
        Assert.Throws<FormatException>(
            () => EventFilter.Info().ExpectOne(() => throw new FormatException()));
        EventFilter.Info("after").ExpectOne(() => Log.Info("after"));
    }

    [Fact]
    public async Task Muted_events_are_kept_from_the_log_until_unmuted()
    {
        var seen = new List<string>();
        var listener = EventFilter.Custom(logEvent =>
        {
            seen.Add(logEvent.Message.ToString()!);
            return false;
        });
        using (listener.Mute())
        {
            Assert.Equal(1, EventFilter.Error().Mute(() =>
            {
                Log.Error("muted");
                return 1;
            }));
            await EventFilter.Error().MuteAsync(() => Logging(() => Log.Error("muted too")));
            var mute = EventFilter.Error().Mute();
            Log.Error("muted as well");
            mute.Unmute();
            EventFilter.Info("barrier").ExpectOne(() => Log.Info("barrier"));
        }

        EventFilter.Info("barrier").ExpectOne(() => Log.Info("barrier"));
        Assert.Equal(["muted", "muted too", "muted as well", "barrier"], seen);
    }

    [Fact]
    public void Log_goes_to_the_tests_output_if_there_is_one()
    {
        var output = new Recorder();
        using var kit = new TestKit.Xunit2.TestKit("akka.loglevel = INFO", output);
        kit.EventFilter.Info("recorded").ExpectOne(() => kit.Log.Info("recorded"));
        kit.AwaitAssert(() => Assert.Contains(
            output.Snapshot(),
            line => line.Contains("recorded", StringComparison.Ordinal)));
    }

    [Fact]
    public void Assertions_report_as_xunit_does()
    {
        var assertions = new XunitAssertions();
        assertions.AssertTrue(true);
        assertions.AssertFalse(false);
        assertions.AssertEqual(1, 1);
        Assert.Equal("{0}", Assert.ThrowsAny<XunitException>(() => assertions.Fail("{0}")).Message);
        Assert.Equal("a 1", Assert.ThrowsAny<XunitException>(() => assertions.Fail("a {0}", 1)).Message);
        Assert.ThrowsAny<XunitException>(() => assertions.AssertTrue(false));
        Assert.ThrowsAny<XunitException>(() => assertions.AssertFalse(true));
        Assert.ThrowsAny<XunitException>(() => assertions.AssertEqual(1, 2, (_, _) => false, "hint"));
    }

    private static Task Logging(Action action)
    {
        action();
        return Task.CompletedTask;
    }

    private static void Repeat(int count, Action action)
    {
        for (var index = 0; index < count; index++)
        {
            action();
        }
    }

    [GeneratedRegex("^segment [0-9]+ was")]
    private static partial Regex SegmentPattern();

    private sealed class Recorder : ITestOutputHelper
    {
        private readonly Lock _lock = new();
        private readonly List<string> _lines = [];

        public string[] Snapshot()
        {
            lock (_lock)
            {
                return [.. _lines];
            }
        }

        public void WriteLine(string message)
        {
            lock (_lock)
            {
                _lines.Add(message);
            }
        }

        public void WriteLine(string format, params object[] args) => WriteLine(string.Format(format, args));
    }
}
