using Akka.Configuration;

namespace Akka.TestKit.Internal;

/// <summary>The kit's configurations. Types are named by their assembly, which is not the published one.</summary>
internal static class TestKitConfigs
{
    /// <summary>What every kit falls back to.</summary>
    public static Config Default { get; } = ConfigurationFactory.ParseString($$"""
        akka {
          loggers = ["{{NameOf<TestEventListener>()}}"]
          suppress-json-serializer-warning = on
          test {
            timefactor = 1.0
            default-timeout = 5s
            single-expect-default = 3s
            expect-no-message-default = 3s
            filter-leeway = 3s
            testkit.debug = off
            test-actor.dispatcher {
              type = Dispatcher
              executor = default-executor
              throughput = 100
            }
            calling-thread-dispatcher {
              type = "{{NameOf<CallingThreadDispatcherConfigurator>()}}"
              throughput = 2147483647
            }
          }
        }
        """);

    /// <summary>Everything that Akka can log about its own doings.</summary>
    public static Config FullDebug { get; } = ConfigurationFactory.ParseString("""
        akka {
          loglevel = DEBUG
          log-dead-letters = on
          log-dead-letters-during-shutdown = on
          actor.debug {
            receive = on
            autoreceive = on
            lifecycle = on
            event-stream = on
            unhandled = on
            fsm = on
            router-misconfiguration = on
          }
        }
        """);

    private static string NameOf<T>() => $"{typeof(T).FullName}, {typeof(T).Assembly.GetName().Name}";
}
