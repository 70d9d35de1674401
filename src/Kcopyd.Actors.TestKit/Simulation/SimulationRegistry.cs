using System.Collections.Concurrent;
using System.Globalization;
using Akka.Configuration;

namespace Kcopyd.Actors.TestKit.Simulation;

/// <summary>Leads from the configuration of an actor system, which holds text only, to its loop.</summary>
internal static class SimulationRegistry
{
    private const string Key = "kcopyd.simulation.loop";

    private static readonly ConcurrentDictionary<string, SimulationLoop> Loops = new(StringComparer.Ordinal);
    private static long _last;

    /// <summary>Registers a loop until <see cref="Remove"/>.</summary>
    public static string Add(SimulationLoop loop)
    {
        var id = Interlocked.Increment(ref _last).ToString(CultureInfo.InvariantCulture);
        Loops[id] = loop;
        return id;
    }

    public static void Remove(string id) => Loops.TryRemove(id, out _);

    public static string Setting(string id) => $"{Key} = {id}";

    public static SimulationLoop Find(Config config)
    {
        var id = config.GetString(Key);
        return id is not null && Loops.TryGetValue(id, out var loop)
            ? loop
            : throw new ConfigurationException($"{Key} = {id} is no simulation; create it by SimulatedActorSystem.");
    }
}
