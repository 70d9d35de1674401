namespace Kcopyd.Devices.Tests;

public sealed class DeviceThreadsTests
{
    private static readonly DeviceCall Device = new("/device", DeviceOperation.Read);

    [Fact]
    public async Task Calls_run_side_by_side_up_to_the_bound()
    {
        var threads = new DeviceThreads("test");
        using var all = new CountdownEvent(DeviceThreads.MaxThreads);
        using var open = new ManualResetEventSlim();

        var calls = Enumerable.Range(0, DeviceThreads.MaxThreads + 8).Select(_ => threads.RunAsync(
            Device,
            (all, open),
            static (gate, _) =>
            {
                if (!gate.open.IsSet)
                {
                    gate.all.Signal();
                    gate.open.Wait(CancellationToken.None);
                }
            },
            default).AsTask()).ToArray();
        all.Wait();
        Assert.DoesNotContain(calls, call => call.IsCompleted);
        open.Set();

        await Task.WhenAll(calls);
        await threads.CloseAsync();
    }

    [Fact]
    public async Task Call_cancelled_while_it_waits_is_never_made()
    {
        var threads = new DeviceThreads("test");
        using var open = new ManualResetEventSlim();
        using var started = new CountdownEvent(DeviceThreads.MaxThreads);
        var busy = Enumerable.Range(0, DeviceThreads.MaxThreads).Select(_ => threads.RunAsync(
            Device,
            (started, open),
            static (gate, _) =>
            {
                gate.started.Signal();
                gate.open.Wait(CancellationToken.None);
            },
            default).AsTask()).ToArray();
        started.Wait();
        using var cancellation = new CancellationTokenSource();
        var made = new StrongBoxOfInt();

        var call = threads.RunAsync(Device, made, static (box, _) => box.Value++, cancellation.Token).AsTask();
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        open.Set();
        await Task.WhenAll(busy);
        await threads.CloseAsync();
        Assert.Equal(0, made.Value);
    }

    [Fact]
    public async Task Call_cancelled_after_it_began_completes_when_it_is_done()
    {
        var threads = new DeviceThreads("test");
        using var began = new ManualResetEventSlim();
        using var open = new ManualResetEventSlim();
        using var cancellation = new CancellationTokenSource();
        var call = threads.RunAsync(
            Device,
            (began, open),
            static (gate, _) =>
            {
                gate.began.Set();
                gate.open.Wait(CancellationToken.None);
            },
            cancellation.Token).AsTask();
        began.Wait();

        await cancellation.CancelAsync();

        Assert.False(call.IsCompleted);
        open.Set();
        await call;
        await threads.CloseAsync();
    }

    [Fact]
    public async Task Closing_waits_for_the_calls_and_refuses_new_ones()
    {
        var threads = new DeviceThreads("test");
        using var open = new ManualResetEventSlim();
        var call = threads.RunAsync(
            Device, open, static (gate, _) => gate.Wait(CancellationToken.None), default).AsTask();

        var closing = threads.CloseAsync();

        Assert.False(closing.IsCompleted);
        await Devices.FailsAsync(
            DeviceErrorKind.Closed, () => threads.RunAsync(Device, 0, static (_, _) => { }, default).AsTask());
        open.Set();
        await call;
        await closing;
    }

    [Fact]
    public async Task Failure_of_a_call_is_its_callers()
    {
        var threads = new DeviceThreads("test");

        await Assert.ThrowsAsync<InvalidDataException>(
            () => threads.RunAsync(Device, 0, static (_, _) => throw new InvalidDataException(), default).AsTask());
        Assert.Equal(7, await threads.AskAsync(Device, 3, static number => number + 4, default));

        await threads.CloseAsync();
    }

    [Fact]
    public async Task Many_calls_cancelled_at_random_moments_each_complete_once()
    {
        var threads = new DeviceThreads("test");
        var made = new StrongBoxOfInt();
        var cancelled = 0;
        await Parallel.ForEachAsync(Enumerable.Range(0, 20_000), async (i, _) =>
        {
            using var cancellation = new CancellationTokenSource();
            var call = threads.RunAsync(
                Device, made, static (box, _) => Interlocked.Increment(ref box.Value), cancellation.Token);
            if (i % 3 == 0)
            {
                await cancellation.CancelAsync();
            }

            try
            {
                await call;
            }
            catch (OperationCanceledException)
            {
                Interlocked.Increment(ref cancelled);
            }
        });
        await threads.CloseAsync();

        Assert.Equal(20_000, made.Value + cancelled);
    }

    private sealed class StrongBoxOfInt
    {
        public int Value;
    }
}
