namespace Kcopyd.Core.Mirrors;

/// <summary>A table line that describes no mirror. The message is one sentence that names the word.</summary>
public sealed class MirrorTableException : Exception
{
    /// <summary>What is wrong with which word, and what dm-mirror would have said about it.</summary>
    /// <param name="reason">Which word, what it is and what it should be; without an end.</param>
    /// <param name="word">The number of the word, from 1.</param>
    /// <param name="kernelMessage">dm-mirror's own words, with which the message then begins.</param>
    public MirrorTableException(string reason, int word, string? kernelMessage)
        : base(kernelMessage is null
            ? $"{char.ToUpperInvariant(reason[0])}{reason[1..]}."
            : $"{kernelMessage}: {reason}.")
    {
        Word = word;
        KernelMessage = kernelMessage;
    }

    /// <summary>
    /// The number of the word that is wrong, from 1; one more than there are words when one is missing.
    /// </summary>
    public int Word { get; }

    /// <summary>
    /// What dm-mirror says when it refuses such a table. Null where the line names no mirror at all, which it would
    /// never see.
    /// </summary>
    public string? KernelMessage { get; }
}
