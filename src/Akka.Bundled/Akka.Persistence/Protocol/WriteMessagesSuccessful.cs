namespace Akka.Persistence;

/// <summary>Response: the journal processed a <see cref="WriteMessages"/>; the outcome of each event follows.</summary>
public sealed class WriteMessagesSuccessful : IJournalResponse
{
    private WriteMessagesSuccessful()
    {
    }

    /// <summary>The one instance.</summary>
    public static WriteMessagesSuccessful Instance { get; } = new();
}
