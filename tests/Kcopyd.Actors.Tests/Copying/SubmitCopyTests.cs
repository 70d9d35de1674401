using Kcopyd.Actors.Copying;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Core;
using Kcopyd.Core.Copying;
using Kcopyd.Devices;
using static Kcopyd.Actors.Tests.Copying.Devices;

namespace Kcopyd.Actors.Tests.Copying;

/// <summary>Jobs that name their devices by URI.</summary>
public sealed class SubmitCopyTests : IDisposable
{
    private readonly CopySimulation _simulation = new();
    private readonly ListedOpener _opener = new();

    public void Dispose() => _simulation.Dispose();

    [Fact]
    public void Job_is_accepted_and_completed_when_its_devices_are_closed() => CopySimulation.InManyOrders(simulation =>
    {
        var (opener, target) = (new ListedOpener(), new PatternBlockDevice(8192, SourceSeed));
        opener.Devices["source"] = simulation.On(Source(8192));
        opener.Devices["target"] = simulation.On(target);
        var client = simulation.Client(new KcopydClientOptions { Opener = opener });

        var accepted = client.Ask<SubmitAccepted>(Submit("source", "target"));
        simulation.Loop.Run(() => client.Inbox.OfType<SubmitCompleted>().Any());

        var completed = Assert.Single(client.Inbox.OfType<SubmitCompleted>());
        Assert.Equal(
            ("id", "id", accepted.Job), (accepted.CorrelationId, completed.CorrelationId, completed.Completed.Job));
        AssertGood(completed.Completed);
        Assert.Equal((8192, null), (target.BytesWritten, target.FirstMismatch));
        Assert.Equal(["source", "target"], opener.Closed.Order());
        Assert.Equal(
            [BlockDeviceAccess.ReadWrite, BlockDeviceAccess.Read], opener.Options.Select(options => options.Access));
        client.AssertIdle();
    });

    [Fact]
    public void Client_without_an_opener_rejects()
    {
        var rejected = _simulation.Client().Ask<SubmitRejected>(Submit("source", "target"));

        Assert.Equal(("id", CopyRejectionKind.Device), (rejected.CorrelationId, rejected.Rejection.Kind));
        Assert.Contains("this client opens no devices", rejected.Rejection.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Device_that_cannot_be_opened_is_the_reason_and_the_others_are_closed()
    {
        _opener.Devices["target"] = Target(8192);
        var client = Client();

        var rejected = client.Ask<SubmitRejected>(Submit("source", "target"));

        Assert.Equal(CopyRejectionKind.Device, rejected.Rejection.Kind);
        Assert.Contains("source: open failed: not found", rejected.Rejection.Reason, StringComparison.Ordinal);
        Assert.Equal(["target"], _opener.Closed);
        client.AssertIdle();
    }

    [Fact]
    public void Opener_that_throws_anything_is_a_rejection()
    {
        _opener.Failure = new UnauthorizedAccessException("no access");

        Assert.Equal("no access", Client().Ask<SubmitRejected>(Submit("source", "target")).Rejection.Reason);
    }

    [Fact]
    public void Request_without_targets_is_rejected_and_its_source_closed()
    {
        _opener.Devices["source"] = Source(8192);

        var rejected = Client().Ask<SubmitRejected>(Submit("source") with { Targets = default });
        _simulation.Settle();

        Assert.Equal(CopyRejectionKind.TargetCount, rejected.Rejection.Kind);
        Assert.Equal(["source"], _opener.Closed);
    }

    [Fact]
    public void Request_that_breaks_a_rule_is_rejected_and_its_devices_closed()
    {
        _opener.Devices["source"] = Source(8192);
        _opener.Devices["target"] = Target(4096);

        var rejected = Client().Ask<SubmitRejected>(Submit("source", "target"));
        _simulation.Settle();

        Assert.Equal(CopyRejectionKind.OutOfBounds, rejected.Rejection.Kind);
        Assert.Equal(["source", "target"], _opener.Closed.Order());
    }

    [Fact]
    public void Full_client_is_busy_before_it_opens_anything()
    {
        var gated = CopySimulation.Gated(Source(512));
        var client = _simulation.Client(new KcopydClientOptions { Opener = _opener, QueueLimit = 1 });
        client.Start(Copy(gated, Target(512)));

        Assert.Equal(new SubmitBusy("id", 1), client.Ask<SubmitBusy>(Submit("source", "target")));
        Assert.Empty(_opener.Options);
    }

    [Fact]
    public void Device_that_does_not_close_does_not_hold_up_the_completion()
    {
        _opener.Devices["source"] = Source(8192);
        _opener.Devices["target"] = Target(8192);
        _opener.FailsToClose = true;
        var client = Client();

        client.Ask<SubmitAccepted>(Submit("source", "target"));
        _simulation.Loop.Run(() => client.Inbox.OfType<SubmitCompleted>().Any());

        AssertGood(client.Inbox.OfType<SubmitCompleted>().Single().Completed);
        client.AssertIdle();
    }

    [Fact]
    public void Closing_client_waits_for_devices_that_are_being_opened_and_closes_them() => CopySimulation.InManyOrders(
        simulation =>
        {
            var opener = new ListedOpener { Opening = new TaskCompletionSource() };
            opener.Devices["source"] = Source(8192);
            opener.Devices["target"] = Target(8192);
            var client = simulation.Client(new KcopydClientOptions { Opener = opener });
            client.Tell(Submit("source", "target"));
            simulation.Settle();

            client.Tell(new ClientMessage.Destroy());
            simulation.Settle();
            Assert.Empty(client.Inbox);
            simulation.Loop.Post(opener.Opening.SetResult);
            simulation.Settle();

            Assert.Equal(CopyRejectionKind.Closing, client.Inbox.OfType<SubmitRejected>().Single().Rejection.Kind);
            Assert.Single(client.Inbox.OfType<ClientMessage.Destroyed>());
            Assert.Equal(["source", "target"], opener.Closed.Order());
        });

    [Fact]
    public void Devices_opened_for_a_client_that_is_gone_are_closed()
    {
        _opener.Opening = new TaskCompletionSource();
        _opener.Devices["source"] = Source(8192);
        _opener.Devices["target"] = Target(8192);
        var client = Client();
        client.Tell(Submit("source", "target"));
        _simulation.Settle();

        client.Actor.Tell(Akka.Actor.PoisonPill.Instance, Akka.Actor.ActorRefs.NoSender);
        _simulation.Settle();
        _simulation.Loop.Post(_opener.Opening.SetResult);
        _simulation.Settle();

        Assert.Equal(["target"], _opener.Closed.Take(1));
        Assert.Equal(_opener.Options.Count, _opener.Closed.Count);
    }

    [Fact]
    public void Comparison_opens_nothing_for_writing()
    {
        _opener.Devices["source"] = Source(8192);
        _opener.Devices["target"] = Source(8192);

        Client().Ask<SubmitAccepted>(Submit("source", "target") with { Kind = CopyJobKind.Verify, Direct = true });

        Assert.All(_opener.Options, options =>
            Assert.Equal((BlockDeviceAccess.Read, true), (options.Access, options.Direct)));
    }

    private static SubmitCopy Submit(string source, params IEnumerable<string> targets) => new(
        "id",
        CopyJobKind.Copy,
        new SubmitRegion(source),
        [.. targets.Select(target => new SubmitRegion(target))],
        Pages);

    private SimulatedClient Client() =>
        _simulation.Client(new KcopydClientOptions { Opener = _opener, PageBudget = 64.KiB });

    private sealed class ListedOpener : IBlockDeviceOpener
    {
        public Dictionary<string, IBlockDevice> Devices { get; } = [];

        public List<string> Closed { get; } = [];

        public List<BlockDeviceOpenOptions> Options { get; } = [];

        public Exception? Failure { get; set; }

        public bool FailsToClose { get; set; }

        public TaskCompletionSource? Opening { get; set; }

        public async ValueTask<IBlockDevice> OpenAsync(
            string uri, BlockDeviceOpenOptions options, CancellationToken cancellationToken)
        {
            Options.Add(options);
            if (Opening is { } opening)
            {
                await opening.Task.ConfigureAwait(false);
            }

            if (Failure is { } failure)
            {
                throw failure;
            }

            return Devices.TryGetValue(uri, out var device)
                ? new ListedDevice(device, uri, this)
                : throw new DeviceException(uri, DeviceOperation.Open, DeviceErrorKind.NotFound, "not found");
        }

        public ValueTask<BlockDeviceDescription> DescribeAsync(string uri, CancellationToken cancellationToken) =>
            ValueTask.FromResult(new BlockDeviceDescription(
                uri, true, false, 0, Devices.TryGetValue(uri, out var device) ? device.Locate(0, 1) : []));
    }

    private sealed class ListedDevice(IBlockDevice inner, string uri, ListedOpener opener)
        : DelegatingBlockDevice(inner)
    {
        public override async ValueTask DisposeAsync()
        {
            opener.Closed.Add(uri);
            await base.DisposeAsync().ConfigureAwait(false);
            if (opener.FailsToClose)
            {
                throw new InvalidOperationException("does not close");
            }
        }
    }
}
