using Kcopyd.Core;

namespace Kcopyd.Actors.Journaling;

/// <summary>How jobs are journaled. Immutable.</summary>
public sealed record JournalOptions
{
    /// <summary>The shortest <see cref="Interval"/>: a flush and an append take a few milliseconds on a good disk and
    /// tens on a poor one.</summary>
    public static readonly TimeSpan MinInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest <see cref="Interval"/>.</summary>
    public static readonly TimeSpan MaxInterval = TimeSpan.FromHours(1);

    /// <summary>The least <see cref="UnflushedLimit"/>: below it every segment would wait for a flush.</summary>
    public static readonly ByteCount MinUnflushedLimit = 1.MiB;

    /// <summary>The longest that a journal that failed is left alone before it is tried again.</summary>
    public static readonly TimeSpan MaxRetryAfter = TimeSpan.FromSeconds(30);

    /// <summary>How often what was written is flushed and journaled: at most so much work is done again after a
    /// crash.</summary>
    /// <remarks>Default 1 s; 100 ms to 1 h. A runner that has not appended for 5 s or three intervals stops
    /// writing.</remarks>
    public TimeSpan Interval
    {
        get;
        init => field = value >= MinInterval && value <= MaxInterval
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "An interval is 100 ms to 1 h.");
    } = TimeSpan.FromSeconds(1);

    /// <summary>The most bytes of a target that are written and not flushed; then writing waits.</summary>
    /// <remarks>Default 256 MiB; at least 1 MiB. A flush begins at half of it.</remarks>
    public ByteCount UnflushedLimit
    {
        get;
        init => field = value >= MinUnflushedLimit
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "At least 1 MiB may be unflushed.");
    } = 256.MiB;

    /// <summary>The journal in the configuration of the actor system.</summary>
    /// <remarks>Default <c>akka.persistence.journal.sql</c>: see <see cref="JournalConfiguration"/>.</remarks>
    public string JournalPluginId
    {
        get;
        init => field = Path(value);
    } = "akka.persistence.journal.sql";

    /// <summary>The snapshot store in the configuration of the actor system.</summary>
    /// <remarks>Default <c>akka.persistence.snapshot-store.sql</c>.</remarks>
    public string SnapshotPluginId
    {
        get;
        init => field = Path(value);
    } = "akka.persistence.snapshot-store.sql";

    /// <summary>Where jobs have their lock files, so that one machine never runs one twice; null (the default): there
    /// are none, and who runs a job is known by its journal alone.</summary>
    /// <remarks>Made when it is first needed. On a file system of this machine, the same for all its
    /// processes.</remarks>
    public string? LockDirectory
    {
        get;
        init => field = value is { Length: 0 }
            ? throw new ArgumentException("A directory has a name.", nameof(value))
            : value;
    }

    /// <summary>After how many events a snapshot of the job takes their place.</summary>
    /// <remarks>Default 64; at least 2. More make a longer stream to recover, fewer write more.</remarks>
    public int SnapshotEvery
    {
        get;
        init => field = value >= 2
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "A snapshot stands for at least 2 events.");
    } = 64;

    /// <summary>How long jobs that are over are kept. Default 30 days; not negative.</summary>
    public TimeSpan KeepEndedFor
    {
        get;
        init => field = value >= TimeSpan.Zero
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "A time to keep is not negative.");
    } = TimeSpan.FromDays(30);

    /// <summary>How many jobs that are over are kept, the newest ones. Default 1,000; not negative.</summary>
    public int KeepEndedCount
    {
        get;
        init => field = value >= 0
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "A number to keep is not negative.");
    } = 1_000;

    /// <summary>How long a journal that failed is left alone before it is tried again; doubled each time, up to
    /// 30 s.</summary>
    /// <remarks>Default 500 ms; positive, at most 30 s.</remarks>
    public TimeSpan RetryAfter
    {
        get;
        init => field = value > TimeSpan.Zero && value <= MaxRetryAfter
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "A retry comes after at most 30 s.");
    } = TimeSpan.FromMilliseconds(500);

    private static string Path(string value) =>
        value is { Length: > 0 } ? value : throw new ArgumentException("A plug-in has a path.", nameof(value));
}
