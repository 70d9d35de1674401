using Akka.Actor;
using Akka.Configuration;
using Kcopyd.Actors.Copying;
using Kcopyd.Core;

namespace Kcopyd.Actors.Hosting;

/// <summary>Reads options from an actor system's configuration: the keys of <c>config/kcopyd.hocon</c>.</summary>
public static class KcopydSettings
{
    /// <summary>The options under <c>kcopyd.client</c>; a key that is absent leaves its default.</summary>
    /// <exception cref="ConfigurationException">A value is none of its kind or out of its range; the sentence names
    /// the key.</exception>
    public static KcopydClientOptions ReadClient(ActorSystem system)
    {
        ArgumentNullException.ThrowIfNull(system);
        var defaults = new KcopydClientOptions();
        var client = system.Settings.Config.GetConfig("kcopyd.client");
        if (client is null || client.IsEmpty)
        {
            return defaults;
        }

        var read = Read(client, "page-budget", defaults, (o, key) => o with { PageBudget = Size(client, key) });
        read = Read(client, "rate", read, (o, key) => o with { BytesPerSecond = Size(client, key) });
        read = Read(client, "percent", read, (o, key) => o with { Percent = client.GetInt(key) });
        read = Read(client, "queue-limit", read, (o, key) => o with { QueueLimit = client.GetInt(key) });
        read = Read(client, "active-jobs", read, (o, key) => o with { ActiveJobs = client.GetInt(key) });
        read = Read(client, "stall-after", read, (o, key) => o with { StallAfter = client.GetTimeSpan(key) });
        return Read(client, "dispose-timeout", read, (o, key) => o with { DisposeTimeout = client.GetTimeSpan(key) });
    }

    private static KcopydClientOptions Read(
        Config client,
        string key,
        KcopydClientOptions options,
        Func<KcopydClientOptions, string, KcopydClientOptions> set)
    {
        if (!client.HasPath(key))
        {
            return options;
        }

        try
        {
            return set(options, key);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException)
        {
            throw new ConfigurationException($"kcopyd.client.{key}: {e.Message}", e);
        }
    }

    private static ByteCount Size(Config client, string key)
    {
        var text = client.GetString(key);
        return SizeText.TryParse(text, out var bytes)
            ? new ByteCount(bytes)
            : throw new FormatException($"'{text}' is no size.");
    }
}
