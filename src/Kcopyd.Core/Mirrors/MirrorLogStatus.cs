namespace Kcopyd.Core.Mirrors;

/// <summary>The log in a status line.</summary>
/// <param name="Kind">Where the log is.</param>
/// <param name="Name">The device of a disk log, the name of a journal log; a core log has none.</param>
/// <param name="Health">Its state, which a core log has no word for.</param>
public sealed record MirrorLogStatus(MirrorLogKind Kind, string? Name, LogHealth Health)
{
    private char Letter => Health switch
    {
        LogHealth.Alive => 'A',
        LogHealth.FlushFailed when Kind == MirrorLogKind.Disk => 'F',
        _ => 'D',
    };

    /// <summary>How many words there are, and the words. A journal log is alive or failed, nothing else.</summary>
    public override string ToString() => Kind == MirrorLogKind.Core
        ? $"1 {MirrorTableWords.Core}"
        : $"3 {MirrorTableWords.Of(Kind)} {Name} {Letter}";
}
