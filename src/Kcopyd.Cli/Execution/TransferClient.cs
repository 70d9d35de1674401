using Akka.Actor;
using Kcopyd.Actors.Copying;
using Kcopyd.Cli.Requests;

namespace Kcopyd.Cli.Execution;

/// <summary>The client of a transfer, made on another thread while its devices are looked at.</summary>
internal sealed class TransferClient : IAsyncDisposable
{
    private readonly Task<KcopydClient> _making;

    private TransferClient(Task<KcopydClient> making) => _making = making;

    /// <summary>Begins to make it.</summary>
    /// <param name="request">What it is for.</param>
    /// <param name="engine">The actor system.</param>
    /// <param name="journal">Its journal; null: none.</param>
    internal static TransferClient Begin(
        TransferRequest request, Task<ActorSystem> engine, Task<JournalSession>? journal) => new(Task.Run(async () =>
    {
        var session = journal is null ? null : await journal.ConfigureAwait(false);
        var options = new KcopydClientOptions
        {
            PageBudget = request.PageBudget,
            BytesPerSecond = request.BytesPerSecond,
            Percent = request.Percent,
            Journal = session?.Options,
        };
        try
        {
            return await KcopydClient.CreateAsync(await engine.ConfigureAwait(false), options).ConfigureAwait(false);
        }
        catch (OutOfMemoryException)
        {
            throw new RefusedException($"there is no memory for a page budget of {request.PageBudget}");
        }
    }));

    /// <summary>Waits until it is there.</summary>
    /// <exception cref="RefusedException">There is no memory for its budget.</exception>
    internal Task<KcopydClient> GetAsync() => _making;

    /// <summary>Ends it. What nobody waited for is ended when it is there, and if that failed, it matters to nobody.
    /// Harmless to repeat.</summary>
    public async ValueTask DisposeAsync()
    {
        var ending = EndAsync();
        if (_making.IsCompleted)
        {
            await ending.ConfigureAwait(false);
        }
    }

    private async Task EndAsync()
    {
        try
        {
            await (await _making.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
        }
#pragma warning disable CA1031 // whatever it is, it must not take the place of what is being told
        catch (Exception)
#pragma warning restore CA1031
        {
            // Who waited for it was told.
        }
    }
}
