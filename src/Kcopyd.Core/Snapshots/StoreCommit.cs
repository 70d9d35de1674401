namespace Kcopyd.Core.Snapshots;

/// <summary>A change of a store's exceptions: what is to be written, in this order: zeros over <see cref="NextArea"/>;
/// a flush, which also makes the data of the exceptions durable; the changed bytes of <see cref="Area"/>, durably.
/// </summary>
public sealed class StoreCommit
{
    internal StoreCommit(long area, ReadOnlyMemory<byte> image, Range changed)
    {
        (Area, Image, Changed) = (area, image, changed);
    }

    /// <summary>The area that is written.</summary>
    public long Area { get; }

    /// <summary>All of the area: one chunk. Stays as it is until the commit has ended.</summary>
    public ReadOnlyMemory<byte> Image { get; }

    /// <summary>What differs from what the device has; whole sectors.</summary>
    public Range Changed { get; }

    /// <summary>The area that is to be zeroed first; null: none.</summary>
    public long? NextArea { get; internal init; }

    /// <summary>Whether anything is written: a transient store has only memory.</summary>
    public bool IsWritten { get; internal init; } = true;

    /// <summary>The exceptions that become durable with it.</summary>
    public IReadOnlyList<ChunkException> Exceptions { get; internal init; } = [];

    /// <summary>How many exceptions a merge cleared.</summary>
    internal int Cleared { get; init; }

    /// <summary>Whether it does nothing but zero entries that were never meant to count.</summary>
    internal bool IsCleaning { get; init; }
}
