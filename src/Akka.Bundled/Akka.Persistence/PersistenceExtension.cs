using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Configuration;
using Akka.Persistence.Internal;

namespace Akka.Persistence;

/// <summary>The plug-ins of an actor system: one actor for each section of the configuration that is in use.</summary>
/// <remarks>Any thread may call.</remarks>
public sealed class PersistenceExtension : IExtension
{
    private const string NoSnapshotStoreId = "akka.persistence.no-snapshot-store";

    private readonly ExtendedActorSystem _system;
    private readonly ConcurrentDictionary<string, Lazy<IActorRef>> _plugins = new(StringComparer.Ordinal);
    private readonly Lazy<IActorRef> _recoveryPermitter;

    /// <summary>The extension of a system, which gets the defaults as fallback of its configuration.</summary>
    public PersistenceExtension(ExtendedActorSystem system)
    {
        _system = system;
        // It reads and then sets: two at once, and the fallback of one is lost.
        lock (system.Settings)
        {
            system.Settings.InjectTopLevelFallback(Persistence.DefaultConfig());
        }

        Settings = new PersistenceSettings(system.Settings.Config.GetConfig("akka.persistence"));
        _recoveryPermitter = new Lazy<IActorRef>(() => _system.SystemActorOf(
            Props.Create<RecoveryPermitter>(Settings.MaxConcurrentRecoveries), "recoveryPermitter"));

        foreach (var id in Settings.AutoStartJournals)
        {
            JournalFor(id);
        }

        foreach (var id in Settings.AutoStartSnapshotStores)
        {
            SnapshotStoreFor(id);
        }
    }

    /// <summary>Settings of persistent actors.</summary>
    public PersistenceSettings Settings { get; }

    internal IActorRef RecoveryPermitter => _recoveryPermitter.Value;

    /// <summary>The journal of a section of the configuration, started if it is not.</summary>
    /// <param name="journalPluginId">The section; null or empty for the default one.</param>
    /// <exception cref="ArgumentException">There is no such section, or it names no class.</exception>
    public IActorRef JournalFor(string? journalPluginId) => PluginFor(
        JournalIdOf(journalPluginId), PluginSettings.JournalFallback);

    /// <summary>The snapshot store of a section of the configuration, started if it is not.</summary>
    /// <param name="snapshotPluginId">The section; null or empty for the default one, and when that is empty too, a
    /// store that has nothing and saves nothing.</param>
    /// <exception cref="ArgumentException">There is no such section, or it names no class.</exception>
    public IActorRef SnapshotStoreFor(string? snapshotPluginId)
    {
        var id = string.IsNullOrEmpty(snapshotPluginId) ? Settings.SnapshotStorePlugin : snapshotPluginId;
        return PluginFor(id.Length == 0 ? NoSnapshotStoreId : id, PluginSettings.SnapshotStoreFallback);
    }

    /// <summary>A persistence id out of the path of an actor.</summary>
    public string PersistenceId(IActorRef actor) => actor.Path.ToStringWithoutAddress();

    internal TimeSpan RecoveryEventTimeoutOf(string? journalPluginId) =>
        PluginSettings.Of(_system, JournalIdOf(journalPluginId), PluginSettings.JournalFallback)
            .GetTimeSpan("recovery-event-timeout", null, false);

    private string JournalIdOf(string? id) => string.IsNullOrEmpty(id) ? Settings.JournalPlugin : id;

    private IActorRef PluginFor(string id, string fallback)
    {
        if (id.Length == 0)
        {
            throw new ArgumentException("akka.persistence.journal.plugin names no journal.", nameof(id));
        }

        return _plugins.GetOrAdd(id, _ => new Lazy<IActorRef>(() => Start(id, fallback))).Value;
    }

    private IActorRef Start(string id, string fallback)
    {
        if (!_system.Settings.Config.HasPath(id))
        {
            throw new ArgumentException($"The configuration has no section {id} of a persistence plug-in.");
        }

        var config = PluginSettings.Of(_system, id, fallback);
        var type = PluginSettings.TypeOf(config, id);
        var takesConfig = type.GetConstructor([typeof(Config)]) is not null;
        var props = takesConfig ? Props.Create(type, config) : Props.Create(type);
        return _system.SystemActorOf(props.WithDispatcher(config.GetString("plugin-dispatcher", null)), id);
    }
}
