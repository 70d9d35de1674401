namespace Kcopyd.Core.Snapshots;

/// <summary>A table line that describes no origin and no snapshot. The message is one sentence that says why.</summary>
public sealed class SnapshotTableException : Exception
{
    /// <summary>What is wrong with which word, and what dm-snapshot would have said about it.</summary>
    /// <param name="reason">What it is and what it should be; without an end.</param>
    /// <param name="word">The number of the word, from 1; null where the fault is not in the line alone.</param>
    /// <param name="kernelMessage">dm-snapshot's own words, with which the message then begins.</param>
    public SnapshotTableException(string reason, int? word, string? kernelMessage)
        : base(kernelMessage is null
            ? $"{char.ToUpperInvariant(reason[0])}{reason[1..]}."
            : $"{kernelMessage}: {reason}.")
    {
        Word = word;
        KernelMessage = kernelMessage;
    }

    /// <summary>
    /// The number of the word that is wrong, from 1; one more than there are words when one is missing; null where
    /// the devices are wrong for the line.
    /// </summary>
    public int? Word { get; }

    /// <summary>
    /// What dm-snapshot says when it refuses such a table. Null where it would never see the line, or take it.
    /// </summary>
    public string? KernelMessage { get; }
}
