using Kcopyd.Actors.Copying;

namespace Kcopyd.Cli.Reporting;

/// <summary>Shows where a job is. Used by one thread at a time, save <see cref="Leave"/>.</summary>
internal interface IProgressView
{
    /// <summary>How long after the start the first look is taken: a job that is over by then shows nothing.</summary>
    TimeSpan First { get; }

    /// <summary>How long it is from one look to the next.</summary>
    TimeSpan Every { get; }

    /// <summary>Shows this.</summary>
    void Show(CopyProgress progress);

    /// <summary>The job is over; nothing more is shown after this.</summary>
    ValueTask EndAsync(CopyCompleted completed);

    /// <summary>The process ends at once: leaves the terminal as it was found. Any thread.</summary>
    void Leave();
}
