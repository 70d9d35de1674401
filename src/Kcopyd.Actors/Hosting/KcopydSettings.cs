using Akka.Actor;
using Akka.Configuration;
using Kcopyd.Actors.Copying;
using Kcopyd.Actors.Journaling;
using Kcopyd.Actors.Mirrors;
using Kcopyd.Actors.Snapshots;

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
        var client = Section(system, "kcopyd.client");
        if (client is null)
        {
            return defaults;
        }

        var read = client.Read(defaults, "page-budget", (o, key) => o with { PageBudget = client.Size(key) });
        read = client.Read(read, "rate", (o, key) => o with { BytesPerSecond = client.Size(key) });
        read = client.Read(read, "percent", (o, key) => o with { Percent = client.Keys.GetInt(key) });
        read = client.Read(read, "queue-limit", (o, key) => o with { QueueLimit = client.Keys.GetInt(key) });
        read = client.Read(read, "active-jobs", (o, key) => o with { ActiveJobs = client.Keys.GetInt(key) });
        read = client.Read(read, "resume-on-start", (o, key) => o with { ResumeOnStart = client.Keys.GetBoolean(key) });
        read = client.Read(read, "stall-after", (o, key) => o with { StallAfter = client.Keys.GetTimeSpan(key) });
        return client.Read(
            read, "dispose-timeout", (o, key) => o with { DisposeTimeout = client.Keys.GetTimeSpan(key) });
    }

    /// <summary>The options under <c>kcopyd.journal</c>; a key that is absent leaves its default.</summary>
    /// <exception cref="ConfigurationException">A value is none of its kind or out of its range; the sentence names
    /// the key.</exception>
    public static JournalOptions ReadJournal(ActorSystem system)
    {
        ArgumentNullException.ThrowIfNull(system);
        var defaults = new JournalOptions();
        var journal = Section(system, "kcopyd.journal");
        if (journal is null)
        {
            return defaults;
        }

        var (read, keys) = (defaults, journal.Keys);
        read = journal.Read(read, "interval", (o, key) => o with { Interval = keys.GetTimeSpan(key) });
        read = journal.Read(read, "unflushed-limit", (o, key) => o with { UnflushedLimit = journal.Size(key) });
        read = journal.Read(read, "journal-plugin", (o, key) => o with { JournalPluginId = keys.GetString(key) });
        read = journal.Read(read, "snapshot-plugin", (o, key) => o with { SnapshotPluginId = keys.GetString(key) });
        read = journal.Read(read, "lock-directory", (o, key) => o with { LockDirectory = journal.Optional(key) });
        read = journal.Read(read, "snapshot-every", (o, key) => o with { SnapshotEvery = keys.GetInt(key) });
        read = journal.Read(read, "keep-ended-for", (o, key) => o with { KeepEndedFor = keys.GetTimeSpan(key) });
        read = journal.Read(read, "keep-ended-count", (o, key) => o with { KeepEndedCount = keys.GetInt(key) });
        return journal.Read(read, "retry-after", (o, key) => o with { RetryAfter = keys.GetTimeSpan(key) });
    }

    /// <summary>The options under <c>kcopyd.mirror</c>; a key that is absent leaves its default.</summary>
    /// <exception cref="ConfigurationException">A value is none of its kind or out of its range; the sentence names
    /// the key.</exception>
    public static MirrorOptions ReadMirror(ActorSystem system)
    {
        ArgumentNullException.ThrowIfNull(system);
        var defaults = new MirrorOptions();
        var mirror = Section(system, "kcopyd.mirror");
        if (mirror is null)
        {
            return defaults;
        }

        var (read, keys) = (defaults, mirror.Keys);
        read = mirror.Read(read, "recoveries", (o, key) => o with { Recoveries = keys.GetInt(key) });
        read = mirror.Read(read, "recovery-size", (o, key) => o with { RecoverySize = mirror.Size(key) });
        read = mirror.Read(read, "recovery-rate", (o, key) => o with { RecoveryRate = mirror.Size(key) });
        read = mirror.Read(read, "recovery-yields", (o, key) => o with { RecoveryYields = keys.GetBoolean(key) });
        read = mirror.Read(read, "page-budget", (o, key) => o with { PageBudget = mirror.Size(key) });
        read = mirror.Read(read, "clean-delay", (o, key) => o with { CleanDelay = keys.GetTimeSpan(key) });
        read = mirror.Read(read, "retry-delay", (o, key) => o with { RetryDelay = keys.GetTimeSpan(key) });
        read = mirror.Read(read, "repairs-reads", (o, key) => o with { RepairsReads = keys.GetBoolean(key) });
        return mirror.Read(read, "dispose-timeout", (o, key) => o with { DisposeTimeout = keys.GetTimeSpan(key) });
    }

    /// <summary>The options of origins under <c>kcopyd.snapshot</c>; a key that is absent leaves its default.</summary>
    /// <exception cref="ConfigurationException">A value is none of its kind or out of its range; the sentence names
    /// the key.</exception>
    public static OriginOptions ReadOrigin(ActorSystem system)
    {
        ArgumentNullException.ThrowIfNull(system);
        var defaults = new OriginOptions();
        var snapshot = Section(system, "kcopyd.snapshot");
        if (snapshot is null)
        {
            return defaults;
        }

        var (read, keys) = (defaults, snapshot.Keys);
        read = snapshot.Read(read, "page-budget", (o, key) => o with { PageBudget = snapshot.Size(key) });
        read = snapshot.Read(read, "copy-rate", (o, key) => o with { CopyRate = snapshot.Size(key) });
        read = snapshot.Read(read, "copy-percent", (o, key) => o with { CopyPercent = keys.GetInt(key) });
        return snapshot.Read(read, "dispose-timeout", (o, key) => o with { DisposeTimeout = keys.GetTimeSpan(key) });
    }

    /// <summary>The options of snapshots under <c>kcopyd.snapshot</c>; a key that is absent leaves its default.
    /// </summary>
    /// <exception cref="ConfigurationException">A value is none of its kind or out of its range; the sentence names
    /// the key.</exception>
    public static SnapshotOptions ReadSnapshot(ActorSystem system)
    {
        ArgumentNullException.ThrowIfNull(system);
        var defaults = new SnapshotOptions();
        var snapshot = Section(system, "kcopyd.snapshot");
        if (snapshot is null)
        {
            return defaults;
        }

        var (read, keys) = (defaults, snapshot.Keys);
        read = snapshot.Read(read, "max-pending", (o, key) => o with { MaxPending = keys.GetInt(key) });
        return snapshot.Read(
            read, "fill-warnings", (o, key) => o with { FillWarnings = [.. snapshot.Integers(key)] });
    }

    private static SettingsSection? Section(ActorSystem system, string path) =>
        system.Settings.Config.GetConfig(path) is { IsEmpty: false } keys ? new SettingsSection(path, keys) : null;
}
