namespace Kcopyd.Cli.Reporting;

/// <summary>Shows where a mirror is. Used by one thread at a time, save <see cref="Leave"/>.</summary>
internal interface IMirrorProgressView
{
    /// <summary>Shows this, unless it is too soon after the last.</summary>
    void Show(MirrorProgress progress);

    /// <summary>It is over; nothing more is shown after this.</summary>
    ValueTask EndAsync(MirrorProgress last);

    /// <summary>The process ends at once: leaves the terminal as it was found. Any thread.</summary>
    void Leave();
}
