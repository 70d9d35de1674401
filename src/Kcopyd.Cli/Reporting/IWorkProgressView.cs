namespace Kcopyd.Cli.Reporting;

/// <summary>Shows where a command about a mirror or a snapshot is. Used by one thread at a time, save
/// <see cref="Leave"/>.</summary>
internal interface IWorkProgressView
{
    /// <summary>Shows this, unless it is too soon after the last.</summary>
    void Show(IWorkProgress progress);

    /// <summary>It is over; nothing more is shown after this.</summary>
    ValueTask EndAsync(IWorkProgress last);

    /// <summary>The process ends at once: leaves the terminal as it was found. Any thread.</summary>
    void Leave();
}
