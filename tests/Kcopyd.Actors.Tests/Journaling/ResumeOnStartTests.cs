using System.Collections.Immutable;
using Akka.Actor;
using Kcopyd.Actors.Copying;
using Kcopyd.Actors.Journaling;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Actors.Tests.Observing;
using Kcopyd.Core;
using Kcopyd.Core.Copying;
using Kcopyd.Devices;
using static Kcopyd.Actors.Tests.Copying.Devices;

namespace Kcopyd.Actors.Tests.Journaling;

/// <summary>Journaled jobs that are submitted by message, and that a client takes up when it is made.</summary>
public sealed class ResumeOnStartTests : IAsyncLifetime
{
    private const int Length = 64 * 4096;

    private readonly JournalStore _store = JournalStore.OnSqlite();
    private readonly KnownDevices _devices = new();
    private readonly RecordingLoggerFactory _log = new();
    private readonly MemoryBlockDevice _source = Source(Length);
    private readonly MemoryBlockDevice _target = Target(Length);

    private KcopydClientOptions Options => new()
    {
        Journal = _store.Options,
        Opener = _devices,
        LoggerFactory = _log,
        ResumeOnStart = true,
    };

    public Task InitializeAsync()
    {
        _devices.Add(_source, _target);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        _log.Dispose();
    }

    [Fact]
    public async Task Journaled_job_is_submitted_by_message_and_kept_in_the_journal()
    {
        await using var client = await KcopydClient.CreateAsync(_store.System, Options);
        var inbox = Inbox.Create(_store.System);
        inbox.Send(client.Actor, Submit("nightly"));
        Assert.Equal("nightly", (await Receive<SubmitAccepted>(inbox)).Job.Value);
        AssertGood((await Receive<SubmitCompleted>(inbox)).Completed);

        AssertCopied(_target);
        var job = await _store.Journal.FindAsync(new CopyJobId("nightly"), default);
        Assert.Equal((JobStanding.Completed, true), (job!.Standing, job.Direct));
    }

    [Theory]
    [InlineData(true, false, CopyRejectionKind.Journal)] // no journal
    [InlineData(false, true, CopyRejectionKind.Journal)] // no name
    public async Task Journaled_job_is_rejected_as_the_local_one(bool hasName, bool hasJournal, CopyRejectionKind kind)
    {
        var options = Options with { ResumeOnStart = false, Journal = hasJournal ? _store.Options : null };
        await using var client = await KcopydClient.CreateAsync(_store.System, options);
        var inbox = Inbox.Create(_store.System);
        inbox.Send(client.Actor, Submit("nightly") with { Name = hasName ? "nightly" : null });
        Assert.Equal(kind, (await Receive<SubmitRejected>(inbox)).Rejection.Kind);
    }

    [Fact]
    public async Task Client_resumes_what_is_neither_over_nor_blocked_and_nobody_runs()
    {
        await LeaveAsync("half", JobStanding.Interrupted, _source, _target);
        await LeaveAsync("over", JobStanding.Completed, _source, _target);
        await LeaveAsync("blocked", JobStanding.Blocked, _source, _target);
        await LeaveAsync("run", JobStanding.Failed, _source, _target);
        using var runner = JobLock.TryAcquire(_store.Locks, new CopyJobId("run"), out _);

        await RunClientAsync();

        Assert.Equal("half", Assert.Single(await StandingAsync(JobStanding.Completed, "over")));
        Assert.Equal("blocked", Assert.Single(await StandingAsync(JobStanding.Blocked)));
        var resumed = await _store.Journal.FindAsync(new CopyJobId("half"), default);
        Assert.Equal(Length, resumed!.Targets[0].FlushedBytes);
        AssertPages(_target, 0..32, TargetSeed); // what was kept is not written again
        AssertPages(_target, 32..64, SourceSeed);
        Assert.Contains("half", _log.Single(1104).Text, StringComparison.Ordinal);
        Assert.Contains("blocked", _log.Single(1105).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Job_whose_devices_are_gone_or_others_is_blocked_with_the_reason()
    {
        var (gone, other) = (Target(Length), Target(Length));
        await LeaveAsync("gone", JobStanding.Interrupted, _source, gone);
        await LeaveAsync("other", JobStanding.Interrupted, _source, _target);
        _devices.Replace(_target, other);

        await RunClientAsync();

        Assert.Equal(["gone", "other"], (await StandingAsync(JobStanding.Blocked)).Order());
        var lost = await _store.Journal.FindAsync(new CopyJobId("gone"), default);
        Assert.Contains("not found", lost!.Reason, StringComparison.Ordinal);
        var changed = await _store.Journal.FindAsync(new CopyJobId("other"), default);
        Assert.Contains("is not the same", changed!.Reason, StringComparison.Ordinal);
        AssertPages(other, 0..64, TargetSeed);
    }

    [Fact]
    public async Task To_resume_takes_a_journal_and_an_opener()
    {
        foreach (var options in new[] { Options with { Journal = null }, Options with { Opener = null } })
        {
            await Assert.ThrowsAsync<ArgumentException>(() => KcopydClient.CreateAsync(_store.System, options));
        }
    }

    private static async Task<T> Receive<T>(Inbox inbox) =>
        Assert.IsType<T>(await inbox.ReceiveAsync(TimeSpan.FromMinutes(1)));

    private SubmitCopy Submit(string name) => new(
        "id",
        CopyJobKind.Copy,
        new SubmitRegion(_source.Identity.Uri),
        [new SubmitRegion(_target.Identity.Uri)],
        Pages)
    {
        Name = name,
        Policy = JobStartPolicy.Continue,
        Direct = true,
    };

    /// <summary>A client from its start until it has resumed everything, and every job is over.</summary>
    private async Task RunClientAsync()
    {
        var client = await KcopydClient.CreateAsync(_store.System, Options);
        await _log.LoggedAsync(1107).WaitAsync(TimeSpan.FromMinutes(1));
        await client.DestroyAsync();
    }

    private async Task<IEnumerable<string>> StandingAsync(JobStanding standing, params string[] except)
    {
        var jobs = await _store.Journal.ListAsync(default);
        return jobs.Where(job => job.Standing == standing).Select(job => job.Id.Value).Except(except);
    }

    /// <summary>A job of which the first half is done.</summary>
    private async Task LeaveAsync(string name, JobStanding standing, IBlockDevice source, IBlockDevice target)
    {
        var id = new CopyJobId(name);
        var request = Copy(source, target) with { Name = name, Journaling = JobJournaling.Default };
        var setup = new JobJournalSetup(id, _store.Options, request, _log);
        var at = _store.System.Scheduler.Now;
        var half = SectorRange.Create(0, Length / Sectors.Size / 2);
        await _store.WriteAsync(
            id,
            new JobEvent.Created(setup.Description, at),
            setup.Run(1, TargetMask.None, at),
            new JobEvent.Checkpoint(1, 1, at) { Flushed = [new FlushedRanges(TargetMask.Of(0), [half])] },
            new JobEvent.RunEnded(1, standing, "So.", at));
    }

    /// <summary>Opens devices that stay open.</summary>
    private sealed class KnownDevices : IBlockDeviceOpener
    {
        private ImmutableDictionary<string, IBlockDevice> _known = ImmutableDictionary<string, IBlockDevice>.Empty;

        public void Add(params IEnumerable<IBlockDevice> devices)
        {
            foreach (var device in devices)
            {
                _known = _known.SetItem(device.Identity.Uri, device);
            }
        }

        /// <summary>Another device under the same name.</summary>
        public void Replace(MemoryBlockDevice device, MemoryBlockDevice by) =>
            _known = _known.SetItem(device.Identity.Uri, by);

        public ValueTask<IBlockDevice> OpenAsync(
            string uri, BlockDeviceOpenOptions options, CancellationToken cancellationToken) =>
            _known.TryGetValue(uri, out var device)
                ? ValueTask.FromResult<IBlockDevice>(new OpenDevice(device, uri))
                : throw new DeviceException(uri, DeviceOperation.Open, DeviceErrorKind.NotFound, "not found");

        public ValueTask<BlockDeviceDescription> DescribeAsync(string uri, CancellationToken cancellationToken) =>
            ValueTask.FromResult(new BlockDeviceDescription(uri, true, false, 0, []));
    }

    private sealed class OpenDevice(IBlockDevice inner, string uri) : DelegatingBlockDevice(inner)
    {
        public override BlockDeviceIdentity Identity => Inner.Identity with { Uri = uri };

#pragma warning disable CA2215 // the device inside stays open, for the next job and for the test
        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
#pragma warning restore CA2215
    }
}
