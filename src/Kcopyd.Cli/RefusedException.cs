namespace Kcopyd.Cli;

/// <summary>What was asked for cannot be done, and nothing was touched.</summary>
/// <param name="sentence">Why, in one sentence without a full stop, naming what and where.</param>
internal sealed class RefusedException(string sentence) : Exception(sentence)
{
    /// <summary>How the devices differ from what the journal of the job recorded; null where that is not why.</summary>
    internal string? Difference { get; init; }
}
