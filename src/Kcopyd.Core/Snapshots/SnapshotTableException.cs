namespace Kcopyd.Core.Snapshots;

/// <summary>A table line that describes no origin and no snapshot. The message is one sentence that says why.</summary>
public sealed class SnapshotTableException : Exception
{
    /// <summary>What is wrong with which word, and what dm-snapshot would have said about it.</summary>
    /// <param name="reason">What it is and what it should be; without an end.</param>
    /// <param name="word">The number of the word, from 1; null where the fault is not in the line alone.</param>
    /// <param name="error">dm-snapshot's own error, with which the message then begins.</param>
    public SnapshotTableException(string reason, int? word, string? error)
        : base(error is null
            ? $"{char.ToUpperInvariant(reason[0])}{reason[1..]}."
            : $"{error.TrimEnd('.')}: {reason}.")
    {
        Word = word;
        KernelMessage = SnapshotTableErrors.Reported(error);
    }

    /// <summary>
    /// The number of the word that is wrong, from 1; one more than there are words when one is missing; null where
    /// the devices are wrong for the line.
    /// </summary>
    public int? Word { get; }

    /// <summary>
    /// What the kernel reports when it refuses such a table, which is less exact than the message where the store is
    /// at fault. Null where dm-snapshot would never see the line, or take it.
    /// </summary>
    public string? KernelMessage { get; }
}
