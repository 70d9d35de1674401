using Kcopyd.Actors.Copying;
using static Kcopyd.Actors.Tests.Copying.Devices;

namespace Kcopyd.Actors.Tests.Copying;

/// <summary>Callbacks that wait for an answer of their own client.</summary>
/// <remarks>Clients are disposed only where the test succeeds: one that is deadlocked would never be.</remarks>
public sealed class BlockingCallbackTests : Akka.TestKit.Xunit2.TestKit
{
    private const int Length = 4 * 4096;

    private const int Links = 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public async Task Callback_that_submits_a_further_job_and_blocks_on_it_does_not_deadlock(int count)
    {
        var clients = await Task.WhenAll(Enumerable.Range(0, count).Select(_ => KcopydClient.CreateAsync(Sys)));
        var chains = clients.Select(client => new Chain(client)).ToList();

        await Task.WhenAll(chains.Select(chain => chain.BeginAsync())).WaitAsync(Patience);

        await Task.WhenAll(chains.Select(chain => chain.Finished)).WaitAsync(Patience);
        await Task.WhenAll(clients.Select(client => client.DisposeAsync().AsTask())).WaitAsync(Patience);
    }

    [Fact]
    public async Task Callback_that_blocks_on_a_job_while_nothing_else_is_at_work_does_not_deadlock()
    {
        var client = await KcopydClient.CreateAsync(Sys);
        var chain = new Chain(client);
        var prepared = client.PrepareCompletion(_ => chain.Submit());
        await client.GetStatusAsync().WaitAsync(Patience);

        await client.Complete(prepared, false, 0).WaitAsync(Patience);

        await chain.Finished.WaitAsync(Patience);
        await client.DisposeAsync().AsTask().WaitAsync(Patience);
    }

    /// <summary>Jobs, each submitted by the callback of the one before it.</summary>
    private sealed class Chain(KcopydClient client)
    {
        private readonly TaskCompletionSource _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _links;

        public Task Finished => _finished.Task;

        public Task<CopyJob> BeginAsync() => client.StartAsync(Copy(Source(Length), Target(Length)), OnCompleted);

        public void Submit() => BeginAsync().GetAwaiter().GetResult();

        private void OnCompleted(CopyCompleted completed)
        {
            if (++_links == Links)
            {
                _finished.SetResult();
                return;
            }

            Submit();
        }
    }
}
