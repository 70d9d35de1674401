using Kcopyd.Core.Copying;

namespace Kcopyd.Actors.Copying;

/// <summary>A job that was accepted. Safe for concurrent calls.</summary>
public sealed class CopyJob
{
    private readonly KcopydClient _client;

    internal CopyJob(KcopydClient client, CopyJobId id, Task<CopyCompleted> completion)
    {
        _client = client;
        Id = id;
        Completion = completion;
    }

    /// <summary>The job's name.</summary>
    public CopyJobId Id { get; }

    /// <summary>Completes, always successfully, when the job is over; fails only if the client itself does.</summary>
    public Task<CopyCompleted> Completion { get; }

    /// <summary>Lets the job rest. On return nothing of it is in flight, and it holds no pages.</summary>
    /// <returns>False if the job is over.</returns>
    public async Task<bool> PauseAsync(CancellationToken cancellationToken = default) =>
        await AskAsync(new ClientMessage.PauseJob(Id), cancellationToken).ConfigureAwait(false)
            is ClientMessage.JobPaused;

    /// <summary>Lets a resting job go on.</summary>
    /// <returns>False if the job is over.</returns>
    public async Task<bool> ResumeAsync(CancellationToken cancellationToken = default) =>
        await AskAsync(new ClientMessage.ResumeJob(Id), cancellationToken).ConfigureAwait(false)
            is ClientMessage.JobResumed;

    /// <summary>Ends the job: settles what is in flight, then completes it.</summary>
    /// <returns>How the job ended, which may be with its completion if that came first.</returns>
    public Task<CopyCompleted> CancelAsync()
    {
        _client.Tell(new ClientMessage.CancelJob(Id));
        return Completion;
    }

    /// <summary>Where the job is; null if it is over.</summary>
    public async Task<CopyProgress?> GetProgressAsync(CancellationToken cancellationToken = default) =>
        await AskAsync(new ClientMessage.GetProgress(Id), cancellationToken).ConfigureAwait(false) as CopyProgress;

    private Task<object> AskAsync(ClientMessage message, CancellationToken cancellationToken) =>
        _client.AskAsync<object>(message, cancellationToken);
}
