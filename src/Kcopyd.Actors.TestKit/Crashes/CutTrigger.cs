namespace Kcopyd.Actors.TestKit.Crashes;

/// <summary>Waits for one request and one moment of it.</summary>
internal sealed class CutTrigger(PowerEvent @event, int number, CutMoment moment, string? subject)
{
    private int _seen;

    /// <summary>Counts a request that begins.</summary>
    /// <returns>The moment of it at which the power goes; null for not at all.</returns>
    public CutMoment? Begin(PowerEvent begun, string of) =>
        begun == @event && (subject is null || subject == of) && ++_seen == number ? moment : null;

    public override string ToString() => $"PowerEvent.{@event}, {number}, CutMoment.{moment}"
        + (subject is null ? string.Empty : $", \"{subject}\"");
}
