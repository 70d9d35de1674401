namespace Kcopyd.Cli.Serving;

/// <summary>Says sentences, but not more often than somebody may want to read them. Any thread may call.</summary>
/// <param name="time">The clock.</param>
/// <param name="pause">For so long after one the others are counted only.</param>
/// <param name="say">Hears a sentence, without a full stop.</param>
internal sealed class LimitedComplaints(TimeProvider time, TimeSpan pause, Action<string> say)
{
    private readonly Lock _gate = new();
    private long? _saidAt;
    private int _unsaid;

    /// <summary>Says it, with how many were not said before, or counts it.</summary>
    internal void Tell(string sentence)
    {
        lock (_gate)
        {
            if (_saidAt is { } at && time.GetElapsedTime(at) < pause)
            {
                _unsaid++;
                return;
            }

            var more = _unsaid > 0 ? $" (and {_unsaid} more)" : string.Empty;
            (_saidAt, _unsaid) = (time.GetTimestamp(), 0);
            say($"{sentence.TrimEnd('.')}{more}");
        }
    }
}
