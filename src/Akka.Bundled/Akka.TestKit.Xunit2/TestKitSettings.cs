using Akka.Actor;
using Akka.Configuration;

namespace Akka.TestKit;

/// <summary>The values of <c>akka.test</c>, read once per actor system.</summary>
public class TestKitSettings : IExtension
{
    /// <summary>Reads the values.</summary>
    /// <param name="config">The whole configuration of an actor system, with the kit's defaults as a fallback.</param>
    /// <exception cref="ConfigurationException">The time factor is not a positive number.</exception>
    public TestKitSettings(Config config)
    {
        ArgumentNullException.ThrowIfNull(config);
        DefaultTimeout = config.GetTimeSpan("akka.test.default-timeout", null, allowInfinite: false);
        SingleExpectDefault = config.GetTimeSpan("akka.test.single-expect-default", null, allowInfinite: false);
        ExpectNoMessageDefault = config.GetTimeSpan("akka.test.expect-no-message-default", null, allowInfinite: false);
        TestEventFilterLeeway = config.GetTimeSpan("akka.test.filter-leeway", null, allowInfinite: false);
        TestTimeFactor = config.GetDouble("akka.test.timefactor", 1.0);
        LogTestKitCalls = config.GetBoolean("akka.test.testkit.debug", false);

        if (!double.IsFinite(TestTimeFactor) || TestTimeFactor <= 0)
        {
            throw new ConfigurationException(
                $"akka.test.timefactor is {TestTimeFactor}; it must be a positive, finite number.");
        }
    }

    /// <summary>How long a latch, a barrier or a watch is waited for. Default 5 s.</summary>
    public TimeSpan DefaultTimeout { get; }

    /// <summary>How long one expectation outside of a within block waits. Default 3 s, dilated.</summary>
    public TimeSpan SingleExpectDefault { get; }

    /// <summary>How long "expect no message" waits when it is not told. Default 3 s, dilated.</summary>
    public TimeSpan ExpectNoMessageDefault { get; }

    /// <summary>How long an event filter waits for its events when it is not told. Default 3 s.</summary>
    public TimeSpan TestEventFilterLeeway { get; }

    /// <summary>What waiting times are multiplied with. Default 1; raise it on slow machines.</summary>
    public double TestTimeFactor { get; }

    /// <summary>Accepted and without effect. Default off.</summary>
    public bool LogTestKitCalls { get; }
}
