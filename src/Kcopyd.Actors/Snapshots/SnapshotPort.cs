using Akka.Actor;
using Kcopyd.Actors.Hosting;
using Kcopyd.Core.Snapshots;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Snapshots;

/// <summary>A snapshot between its device and the actor of its origin: the table, the COW device, and which state of
/// the machine it is. A successor takes over the state of its predecessor.</summary>
internal sealed class SnapshotPort(string name, SnapshotTable table, SnapshotOptions options)
{
    private volatile SnapshotState? _state;

    /// <summary>What messages call it.</summary>
    public string Name => name;

    /// <summary>Its table, with the chunk size that the store has.</summary>
    public SnapshotTable Table => table;

    /// <summary>Whether it is to be merged into its origin.</summary>
    public bool IsMerge => table.Target == SnapshotTarget.Merge;

    /// <summary>How it works.</summary>
    public SnapshotOptions Options => options;

    /// <summary>The calls that are not over.</summary>
    public required CallLink Calls { get; init; }

    /// <summary>What its device shows.</summary>
    public required BlockDeviceGeometry Geometry { get; init; }

    /// <summary>Its COW device; its predecessor's, and its successor's, are the same one.</summary>
    public required SnapshotCow Cow { get; init; }

    /// <summary>Whose state it takes over when it is resumed the first time; null: nobody's.</summary>
    public SnapshotPort? Predecessor { get; set; }

    /// <summary>What it is in the machine; null before it took over its predecessor's, and after its successor took
    /// over its own.</summary>
    public SnapshotState? State
    {
        get => _state;
        set => _state = value;
    }

    /// <summary>Completes when it has its state.</summary>
    public TaskCompletionSource Loaded { get; } = new();

    /// <summary>Whether another has taken its place.</summary>
    public bool IsReplaced
    {
        get => Volatile.Read(ref field);
        set => Volatile.Write(ref field, value);
    }

    /// <summary>Why its merge stopped, as the end of a sentence; null: it did not.</summary>
    public string? MergeFailure { get; set; }

    /// <summary>Tells those who run the snapshot.</summary>
    public IActorRef? Notices { get; set; }

    /// <summary>What it is in the machine; waits until it has taken over what it is to.</summary>
    /// <exception cref="DeviceException">It was closed, or replaced.</exception>
    public async ValueTask<SnapshotState> StateAsync(DeviceOperation operation, CancellationToken cancellationToken)
    {
        if (!Loaded.Task.IsCompleted)
        {
            await Calls.UntilClosedAsync(Loaded.Task).WaitAsync(cancellationToken).ConfigureAwait(false);
            if (!Loaded.Task.IsCompleted)
            {
                throw BlockRequest.Closed(name, operation);
            }
        }

        return State ?? throw SnapshotRefusals.Replaced(name, operation);
    }

    /// <summary>Lets go of the COW device, unless another has it. Harmless to repeat.</summary>
    public ValueTask CloseAsync() => IsReplaced || Predecessor is not null ? default : Cow.CloseAsync();
}
