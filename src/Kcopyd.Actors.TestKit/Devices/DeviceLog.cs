using System.Collections.Immutable;
using Kcopyd.Devices;

namespace Kcopyd.Actors.TestKit.Devices;

/// <summary>What happened to one or several devices, in one order. Safe for concurrent calls.</summary>
/// <remarks>
/// A request is logged as begun before the device inside is asked and as completed after it has answered, so the real
/// moment lies between the two entries. <em>A before B</em> is proved by A's completed entry standing before B's begun
/// entry.
/// </remarks>
public sealed class DeviceLog
{
    private readonly Lock _lock = new();
    private readonly List<DeviceLogEntry> _entries = [];
    private long _start;

    /// <summary>Everything so far, as it is now.</summary>
    public ImmutableArray<DeviceLogEntry> Entries
    {
        get
        {
            lock (_lock)
            {
                return [.. _entries];
            }
        }
    }

    /// <summary>Writes down that something other than a request happened: a journal event, say.</summary>
    public void Mark(string text) => Append(new DeviceLogEntry(0, text, DeviceLogPhase.Marked, default));

    /// <summary>Forgets everything; sequence numbers go on.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _start += _entries.Count;
            _entries.Clear();
        }
    }

    /// <summary>The entries of one kind of request and phase, on the device named, or on all for null.</summary>
    public ImmutableArray<DeviceLogEntry> Find(
        DeviceLogPhase phase, DeviceOperation operation, string? device = null) =>
        [.. Entries.Where(entry => entry.Is(phase, operation, device))];

    /// <summary>The completed requests of one kind that touch a sector, on the device named, or on all for
    /// null.</summary>
    public ImmutableArray<DeviceLogEntry> Covering(long sector, DeviceOperation operation, string? device = null) =>
        [.. Find(DeviceLogPhase.Completed, operation, device).Where(entry => entry.Covers(sector))];

    /// <summary>Demands entries that match these conditions one after the other, with anything between them.</summary>
    /// <returns>The entries, one per condition.</returns>
    /// <exception cref="DeviceLogException">One of them is missing after the one before it.</exception>
    public ImmutableArray<DeviceLogEntry> DemandSequence(params IReadOnlyList<Func<DeviceLogEntry, bool>> conditions)
    {
        ArgumentNullException.ThrowIfNull(conditions);
        var entries = Entries;
        var found = ImmutableArray.CreateBuilder<DeviceLogEntry>(conditions.Count);
        var next = 0;
        foreach (var condition in conditions)
        {
            while (next < entries.Length && !condition(entries[next]))
            {
                next++;
            }

            found.Add(next < entries.Length
                ? entries[next++]
                : throw Complaint(
                    $"Condition {found.Count + 1} of {conditions.Count} is not met after {After(found)}.", entries));
        }

        return found.MoveToImmutable();
    }

    /// <summary>Demands that every <paramref name="later"/> entry has all <paramref name="earlier"/> entries before it,
    /// and that there are some of both.</summary>
    /// <exception cref="DeviceLogException">It is not so.</exception>
    public void DemandBefore(Func<DeviceLogEntry, bool> earlier, Func<DeviceLogEntry, bool> later)
    {
        var entries = Entries;
        var last = entries.LastOrDefault(earlier) ?? throw Complaint("There is no earlier entry.", entries);
        var first = entries.FirstOrDefault(later) ?? throw Complaint("There is no later entry.", entries);
        if (last.Sequence >= first.Sequence)
        {
            throw Complaint($"Entry {last} does not stand before entry {first}.", entries);
        }
    }

    /// <summary>Demands that no entry matches.</summary>
    /// <exception cref="DeviceLogException">One does.</exception>
    public void DemandNone(Func<DeviceLogEntry, bool> condition)
    {
        var entries = Entries;
        if (entries.FirstOrDefault(condition) is { } entry)
        {
            throw Complaint($"Entry {entry} should not be.", entries);
        }
    }

    /// <summary>The log, an entry a line.</summary>
    public override string ToString() => string.Join('\n', Entries);

    internal DeviceLogEntry Append(DeviceLogEntry entry)
    {
        lock (_lock)
        {
            var numbered = entry with { Sequence = _start + _entries.Count + 1 };
            _entries.Add(numbered);
            return numbered;
        }
    }

    private static string After(ImmutableArray<DeviceLogEntry>.Builder found) =>
        found.Count == 0 ? "the start" : $"entry {found[^1]}";

    private static DeviceLogException Complaint(string what, ImmutableArray<DeviceLogEntry> entries) =>
        new($"{what}\n{string.Join('\n', entries)}");
}
