using Akka.Actor;
using Akka.Configuration;

namespace Akka.Persistence.Internal;

/// <summary>The section of a plug-in and its class.</summary>
internal static class PluginSettings
{
    public const string JournalFallback = "akka.persistence.journal-plugin-fallback";
    public const string SnapshotStoreFallback = "akka.persistence.snapshot-store-plugin-fallback";

    private const string PublishedAssembly = "Akka.Persistence";

    public static Config Of(ActorSystem system, string id, string fallback)
    {
        var all = system.Settings.Config;
        var own = all.GetConfig(id);
        return own is null ? all.GetConfig(fallback) : own.WithFallback(all.GetConfig(fallback));
    }

    /// <summary>The class of a plug-in. A name with the assembly of the published packages finds the bundled
    /// one.</summary>
    /// <exception cref="ArgumentException">It names no class, or one that there is not.</exception>
    public static Type TypeOf(Config config, string id)
    {
        var name = config.GetString("class", null);
        if (string.IsNullOrEmpty(name))
        {
            throw new ArgumentException($"The persistence plug-in {id} has no class.");
        }

        return Type.GetType(name) ?? Type.GetType(BundledName(name))
            ?? throw new ArgumentException($"The persistence plug-in {id} has a class that is not found: {name}.");
    }

    private static string BundledName(string name)
    {
        var comma = name.IndexOf(',', StringComparison.Ordinal);
        var own = typeof(PluginSettings).Assembly.GetName().Name!;
        var prefix = own[..^PublishedAssembly.Length];
        return comma < 0 ? $"{name}, {own}" : $"{name[..comma]}, {prefix}{name[(comma + 1)..].Trim()}";
    }
}
