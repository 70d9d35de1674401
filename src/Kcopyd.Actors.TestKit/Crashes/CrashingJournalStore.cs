using System.Collections.Concurrent;
using System.Globalization;
using Akka.Actor;
using Akka.Configuration;

namespace Kcopyd.Actors.TestKit.Crashes;

/// <summary>The events and snapshots of persistent actors in memory, as bytes: what stays when the actor system that
/// wrote them is gone.</summary>
/// <remarks>
/// <para>
/// An actor system that is made with <see cref="Config"/> writes here by default. What is stored is durable at once, as
/// in a database that synchronises every commit; the batch of one message is stored wholly or not at all. Without
/// power nothing is stored and nothing is answered.
/// </para>
/// <para>
/// Payloads go through the serializers of the actor system both ways. An event whose sequence number is taken fails
/// with <see cref="JournalConflictException"/>, as a unique key has it. Any thread may call.
/// </para>
/// </remarks>
/// <example>
/// <code>
/// using var store = new CrashingJournalStore(power);
/// using var system = ActorSystem.Create("test", store.Config);
/// store.FailAppend(2, JournalFault.StoredButFailed);
/// // … persistent actors …
/// Assert.InRange(store.Stream("id").Rows, 0, 20);
/// </code>
/// </example>
public sealed class CrashingJournalStore : IDisposable
{
    /// <summary>The id of the journal in <see cref="Config"/>, where it is the default.</summary>
    public const string JournalPluginId = "akka.persistence.journal.crashing";

    /// <summary>The id of the snapshot store in <see cref="Config"/>, where it is the default.</summary>
    public const string SnapshotPluginId = "akka.persistence.snapshot-store.crashing";

    private static readonly ConcurrentDictionary<string, CrashingJournalStore> Stores = new(StringComparer.Ordinal);
    private static long _last;

    private readonly Dictionary<string, StoredStream> _streams = new(StringComparer.Ordinal);
    private readonly JournalFaults _appendFaults = new();
    private readonly JournalFaults _snapshotFaults = new();
    private readonly string _id;
    private int _failingReplays;
    private bool _isReadOnly;

    /// <summary>An empty store.</summary>
    /// <param name="power">What it is plugged into.</param>
    public CrashingJournalStore(PowerSupply power)
    {
        ArgumentNullException.ThrowIfNull(power);
        Power = power;
        _id = Interlocked.Increment(ref _last).ToString(CultureInfo.InvariantCulture);
        Stores[_id] = this;
        Config = ConfigurationFactory.ParseString($$"""
            akka.persistence.journal.plugin = "{{JournalPluginId}}"
            {{JournalPluginId}} {
              class = "{{TypeName(typeof(CrashingJournal))}}"
              plugin-dispatcher = "akka.actor.default-dispatcher"
              store = "{{_id}}"
            }
            akka.persistence.snapshot-store.plugin = "{{SnapshotPluginId}}"
            {{SnapshotPluginId}} {
              class = "{{TypeName(typeof(CrashingSnapshotStore))}}"
              plugin-dispatcher = "akka.actor.default-dispatcher"
              store = "{{_id}}"
            }
            """);
    }

    /// <summary>What it is plugged into.</summary>
    public PowerSupply Power { get; }

    /// <summary>Settings that make the journal and the snapshot store of an actor system write here.</summary>
    public Config Config { get; }

    /// <summary>Whether everything that would change the store fails.</summary>
    public bool IsReadOnly
    {
        get
        {
            lock (Power.Gate)
            {
                return _isReadOnly;
            }
        }

        set
        {
            lock (Power.Gate)
            {
                _isReadOnly = value;
            }
        }
    }

    /// <summary>The streams that there are, in order of their names.</summary>
    public IReadOnlyList<string> PersistenceIds
    {
        get
        {
            lock (Power.Gate)
            {
                return [.. _streams.Keys.Order(StringComparer.Ordinal)];
            }
        }
    }

    /// <summary>What is stored of one persistence id.</summary>
    public JournalStream Stream(string persistenceId)
    {
        lock (Power.Gate)
        {
            return Find(persistenceId).Describe();
        }
    }

    /// <summary>The events that are there of one persistence id, as a reader gets them.</summary>
    public IReadOnlyList<object> Events(string persistenceId, ActorSystem system)
    {
        ArgumentNullException.ThrowIfNull(system);
        lock (Power.Gate)
        {
            return [.. Find(persistenceId).Events(0, long.MaxValue).Select(stored => stored.Read(system))];
        }
    }

    /// <summary>Stores an event as another writer does: at the next sequence number.</summary>
    /// <returns>The sequence number, which the writer that does not know will use too.</returns>
    public long AppendAsOther(string persistenceId, object payload, ActorSystem system)
    {
        ArgumentNullException.ThrowIfNull(system);
        lock (Power.Gate)
        {
            var stream = Find(persistenceId);
            var stored = StoredPayload.Of(system, stream.HighestSequenceNr + 1, payload);
            stream.Append([stored with { WriterGuid = "another writer" }]);
            return stored.SequenceNr;
        }
    }

    /// <summary>Damages a stored event: its last byte is gone.</summary>
    public void Corrupt(string persistenceId, long sequenceNr)
    {
        lock (Power.Gate)
        {
            Find(persistenceId).Corrupt(sequenceNr);
        }
    }

    /// <summary>Lets an append go wrong, once.</summary>
    /// <param name="number">Which one, counted from 1 from now on.</param>
    /// <param name="fault">How.</param>
    /// <param name="persistenceId">Only appends to this stream count; null: all.</param>
    public void FailAppend(int number, JournalFault fault, string? persistenceId = null)
    {
        lock (Power.Gate)
        {
            _appendFaults.Add(number, fault, persistenceId);
        }
    }

    /// <summary>Lets the saving of a snapshot go wrong, once.</summary>
    /// <param name="number">Which one, counted from 1 from now on.</param>
    /// <param name="fault">How.</param>
    /// <param name="persistenceId">Only snapshots of this stream count; null: all.</param>
    public void FailSnapshot(int number, JournalFault fault, string? persistenceId = null)
    {
        lock (Power.Gate)
        {
            _snapshotFaults.Add(number, fault, persistenceId);
        }
    }

    /// <summary>Lets the next replays fail.</summary>
    public void FailReplays(int times)
    {
        lock (Power.Gate)
        {
            _failingReplays = times;
        }
    }

    /// <summary>As when it was made: empty, writable, without faults.</summary>
    public void Reset()
    {
        lock (Power.Gate)
        {
            _streams.Clear();
            _appendFaults.Clear();
            _snapshotFaults.Clear();
            (_isReadOnly, _failingReplays) = (false, 0);
        }
    }

    /// <summary>No actor system can be made with <see cref="Config"/> any more.</summary>
    public void Dispose() => Stores.TryRemove(_id, out _);

    internal static CrashingJournalStore Find(Config config) =>
        config.GetString("store") is { } id && Stores.TryGetValue(id, out var store)
            ? store
            : throw new ConfigurationException("There is no such store; use the Config of a CrashingJournalStore.");

    internal StoredStream Find(string persistenceId)
    {
        ArgumentNullException.ThrowIfNull(persistenceId);
        if (!_streams.TryGetValue(persistenceId, out var stream))
        {
            stream = new StoredStream(persistenceId);
            _streams.Add(persistenceId, stream);
        }

        return stream;
    }

    /// <summary>Counts an append or a snapshot, under the gate.</summary>
    internal JournalFault? BeginFault(PowerEvent @event, string persistenceId) =>
        (@event == PowerEvent.Append ? _appendFaults : _snapshotFaults).Begin(persistenceId)
            ?? (_isReadOnly ? JournalFault.Failed : null);

    internal bool BeginReplay() => _failingReplays-- <= 0;

    /// <summary>Stores, under the gate, as the power and the faults have it.</summary>
    /// <returns>What to answer.</returns>
    internal StoreOutcome Store(PowerEvent @event, string persistenceId, Action store)
    {
        var fault = BeginFault(@event, persistenceId);
        var armed = Power.Begin(@event, persistenceId);
        Power.Reach(armed, CutMoment.Before);
        if (!Power.IsOn)
        {
            return StoreOutcome.Silence;
        }

        try
        {
            if (fault is null or JournalFault.StoredButFailed or JournalFault.StoredButSilent)
            {
                store();
            }
        }
        catch (JournalConflictException conflict)
        {
            return new StoreOutcome { Failure = conflict };
        }

        Power.Reach(armed, CutMoment.Unanswered);
        return new StoreOutcome
        {
            IsSilent = !Power.IsOn || fault is JournalFault.Silent or JournalFault.StoredButSilent,
            IsRejected = fault is JournalFault.Rejected,
            Failure = fault is null ? null : new JournalFaultException(
                _isReadOnly ? "attempt to write a readonly database" : $"injected fault: {fault} ({Power})"),
            Armed = armed,
        };
    }

    private static string TypeName(Type type) => $"{type.FullName}, {type.Assembly.GetName().Name}";
}
