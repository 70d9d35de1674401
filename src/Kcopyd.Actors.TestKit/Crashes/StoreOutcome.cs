namespace Kcopyd.Actors.TestKit.Crashes;

/// <summary>What to answer to who wanted something stored.</summary>
internal readonly record struct StoreOutcome
{
    public static readonly StoreOutcome Silence = new() { IsSilent = true };

    /// <summary>No answer at all.</summary>
    public bool IsSilent { get; init; }

    /// <summary>The failure is the event's, not the journal's.</summary>
    public bool IsRejected { get; init; }

    /// <summary>Null for success.</summary>
    public Exception? Failure { get; init; }

    /// <summary>The moment at which the power goes, if any.</summary>
    public CutMoment? Armed { get; init; }
}
