using Kcopyd.Actors.Journaling;

namespace Kcopyd.Cli.Execution;

/// <summary>What is wrong with a journal, as this program says things. Pure.</summary>
internal static class JournalSentence
{
    /// <summary>The sentence, without a capital and a full stop.</summary>
    internal static string Of(JournalException cause)
    {
        var text = cause.Message.TrimEnd('.');
        return text.StartsWith("The ", StringComparison.Ordinal) ? $"t{text[1..]}" : text;
    }
}
