using Akka.Actor;
using Kcopyd.Actors.Copying;
using Kcopyd.Actors.Hosting;
using Kcopyd.Actors.Journaling;
using Kcopyd.Actors.TestKit.Crashes;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Core;
using Kcopyd.Core.Copying;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Tests.Journaling;

/// <summary>A journaled job on a machine whose power can be cut, and what must hold after each cut.</summary>
internal sealed class CrashedCopy : IDisposable
{
    public const string JobName = "copy";

    private const int SourceSeed = 1;

    private const int SnapshotEvery = 4;

    private static readonly ByteCount Length = 512.KiB;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan MaxLatency = TimeSpan.FromMilliseconds(40);

    /// <summary>The oldest work that a crash may lose while the journal is well. A write waits for the slowest of its
    /// segment (there and back), until a flush is due and until that is looked for (an interval each); then it is
    /// flushed (there and back), and appended at once.</summary>
    private static readonly TimeSpan OldestLost = (4 * MaxLatency) + (2 * Interval);

    private readonly CrashCase _case;
    private readonly CrashingDisk _source;
    private readonly CrashingDisk[] _targets;
    private readonly byte[] _expected;
    private readonly List<IBlockDevice> _open = [];
    private CompletedWrites[] _written = [];
    private readonly KcopydClientOptions _options;

    public CrashedCopy(CrashCase @case)
    {
        _case = @case;
        Rig = CrashRig.Create();
        KcopydSerialization.Register(Rig.System);
        Rig.MaxLatency = MaxLatency;
        _source = Rig.AddDisk("source", Length, SourceSeed);
        if (@case.HasHoles)
        {
            _source.Fill(Length.Value / 4, new byte[Length.Value / 2]);
        }

        _targets = [.. Enumerable.Range(0, @case.Targets).Select(i => Rig.AddDisk($"target-{i}", Length, 2 + i))];
        _expected = Expected();
        _options = new KcopydClientOptions
        {
            PageBudget = 256.KiB,
            Journal = new JournalOptions
            {
                Interval = Interval,
                SnapshotEvery = SnapshotEvery,
                JournalPluginId = CrashingJournalStore.JournalPluginId,
                SnapshotPluginId = CrashingJournalStore.SnapshotPluginId,
            },
        };
    }

    public CrashRig Rig { get; }

    public JobStartPolicy Policy { get; set; }

    /// <summary>Whether appends fail in this run or a later one: then what is done again has no bound.</summary>
    public bool IsJournalHindered { get; set; }

    /// <summary>How many sectors, in all runs, were found claimed because they were written long enough before a
    /// cut.</summary>
    public long OldSectors { get; private set; }

    public void Dispose() => Rig.Dispose();

    /// <summary>A new machine, on which nothing was copied yet.</summary>
    public void Reset(int seed)
    {
        Rig.Reset(seed);
        IsJournalHindered = false;
        if (_case.FlushFails)
        {
            _targets[0].FailFlush(1 + (seed & 7));
        }
    }

    /// <summary>Runs the job until it is over or the power goes.</summary>
    /// <param name="hinder">Arms what is to go wrong.</param>
    /// <returns>How it ended; null if the power went.</returns>
    public CopyCompleted? Run(Action hinder)
    {
        var before = Read();
        hinder();
        Rig.Log.Clear();
        _open.Clear();
        var over = new TaskCompletionSource<CopyCompleted>();
        var client = Rig.System.ActorOf(ClientActor.Props(_options, new ClientLink()));
        var request = Request();
        Rig.System.ActorOf(Props.Create(() => new Submitter(client, request, over)));
        var isOver = Rig.Run(over.Task);
        if (isOver)
        {
            Rig.CutAfterSteps(long.MaxValue / 2);
        }

        AssertNothingKeptIsWrittenAgain(before);
        if (!isOver)
        {
            var cut = Rig.Loop.Now;
            Rig.Reopen();
            AssertClaimsAreDurable();
            AssertOldWorkIsClaimed(cut - OldestLost);
            return null;
        }

        End(client);
        AssertClaimsAreDurable();
        return over.Task.Result;
    }

    /// <summary>What the journal knows of the job.</summary>
    public JobRecord Read()
    {
        var recovered = new TaskCompletionSource<JobRecord>();
        var reader = Rig.System.ActorOf(Props.Create(() => new Reader(_options.Journal!, recovered)));
        Rig.Demand(Rig.Run(recovered.Task), "the journal is read while the power is on");
        Stop(reader);
        return recovered.Task.Result;
    }

    /// <summary>The job is complete: every target that counts holds, durably, what the source does.</summary>
    public void AssertCopied(CopyCompleted completed) => Rig.Check(() =>
    {
        var isWhole = _case is { Fails: null, Unreadable: null };
        Assert.Equal(isWhole ? CopyOutcome.Completed : CopyOutcome.CompletedWithErrors, completed.Outcome);
        Assert.Equal(_case.Fails is { } failed ? 1UL << failed : 0, completed.WriteErrors);
        SectorRange[] zeroed = _case.Unreadable is { } lost ? [lost] : [];
        Assert.Equal(zeroed, completed.ZeroedRanges.ToArray());
        for (var i = 0; i < _targets.Length; i++)
        {
            var target = completed.Targets[i];
            Assert.Equal(i == _case.Fails ? CopyTargetState.Dropped : CopyTargetState.Good, target.State);
            if (i != _case.Fails)
            {
                Assert.Equal(Length.Value, target.BytesWritten + target.BytesKept);
                AssertDurable(i, SectorRange.Create(0, Length.Value / Sectors.Size));
            }
        }

        var record = Read();
        AssertEndIsJournaled(record);
        var stream = Rig.Journal.Stream(JobPersistenceId.Of(new CopyJobId(JobName)));

        // Every snapshot that failed leaves the events that it was to replace to the next one.
        Assert.InRange(stream.Rows, 0, 8 * SnapshotEvery);
    });

    /// <summary>The journal knows that the job is over. If it failed again and again just then, it knows of all that
    /// was done: a resume finds nothing left to do.</summary>
    private void AssertEndIsJournaled(JobRecord record)
    {
        Assert.True(record.IsOver || IsJournalHindered, $"{record.Standing}");
        var whole = SectorRange.Create(0, Length.Value / Sectors.Size);
        for (var i = 0; !record.IsOver && i < _targets.Length; i++)
        {
            Assert.True(i == _case.Fails || record.FlushedOn(i).Contains(whole), $"{record.Standing}: {i}");
        }
    }

    private byte[] Expected()
    {
        var bytes = new byte[Length.Value];
        if (_case.Kind == CopyJobKind.Copy)
        {
            _source.Read(0, bytes);
        }

        if (_case.Unreadable is { } lost)
        {
            bytes.AsSpan((int)lost.StartBytes, (int)lost.CountBytes).Clear();
        }

        return bytes;
    }

    private CopyRequest Request()
    {
        IBlockDevice source = Opened(_source, BlockDeviceAccess.Read);
        source = _case.Unreadable is { } lost
            ? new FaultyBlockDevice(source, DeviceFault.Within(DeviceOperation.Read, lost).Forever())
            : source;
        var from = _case.Kind == CopyJobKind.Zero ? null : IoRegion.Whole(source);
        _written = [.. _targets.Select((disk, i) => new CompletedWrites(Target(disk, i), Rig.Loop))];
        var targets = _written.Select(IoRegion.Whole);
        return new CopyRequest(_case.Kind, from, [.. targets], _case.Options)
        {
            Name = JobName,
            Journaling = new JobJournaling { Policy = Policy },
        };
    }

    private IBlockDevice Target(CrashingDisk disk, int index)
    {
        var half = Length.Value / Sectors.Size / 2;
        return index == _case.Fails
            ? new FaultyBlockDevice(
                Opened(disk, BlockDeviceAccess.ReadWrite),
                DeviceFault.Within(DeviceOperation.Write, SectorRange.Create(half, half)).Forever())
            : Opened(disk, BlockDeviceAccess.ReadWrite);
    }

    private CrashingBlockDevice Opened(CrashingDisk disk, BlockDeviceAccess access)
    {
        var device = disk.Open(access);
        _open.Add(device);
        return device;
    }

    private void AssertClaimsAreDurable() => Rig.Check(() =>
    {
        var record = Read();
        for (var i = 0; record.Description is not null && i < _targets.Length; i++)
        {
            foreach (var range in record.FlushedOn(i))
            {
                AssertDurable(i, range);
            }
        }

        if (_case.Unreadable is { } lost)
        {
            // Whatever is claimed of an unreadable range is listed with the claim.
            var claimed = new ExtentSet(Enumerable.Range(0, _targets.Length)
                .SelectMany(i => record.Description is null ? [] : record.FlushedOn(i).Within(lost)));
            var listed = new ExtentSet(record.Zeroed.Select(zeroed => zeroed.Range));
            Assert.All(claimed, range => Assert.True(listed.Contains(range), $"{range} is claimed and not listed"));
        }
    });

    /// <summary>Only work of the last moments is done again.</summary>
    private void AssertOldWorkIsClaimed(TimeSpan until) => Rig.Check(() =>
    {
        var record = Read();
        if (IsJournalHindered || _case.FlushFails || record.Description is null)
        {
            return;
        }

        for (var i = 0; i < _targets.Length; i++)
        {
            var claimed = record.FlushedOn(i);
            foreach (var range in i == _case.Fails ? [] : _written[i].Until(until))
            {
                Assert.True(claimed.Contains(range), $"{range} of target {i} was written before {until}, in vain");
                OldSectors += range.Count;
            }
        }
    });

    private void AssertDurable(int target, SectorRange range)
    {
        var bytes = new byte[range.CountBytes];
        _targets[target].ReadDurable(range.StartBytes, bytes);
        var expected = _expected.AsSpan((int)range.StartBytes, (int)range.CountBytes);
        var same = bytes.AsSpan().CommonPrefixLength(expected);
        Assert.True(
            same == bytes.Length,
            $"target {target} is not as claimed at sector {range.Start + (same / Sectors.Size)}, in {range}");
    }

    private void AssertNothingKeptIsWrittenAgain(JobRecord before) => Rig.Check(() =>
    {
        for (var i = 0; before.Description is not null && !before.IsOver && i < _targets.Length; i++)
        {
            var kept = before.FlushedOn(i);
            var writes = Rig.Log.Entries.Where(entry =>
                entry.Device == _targets[i].Name
                && entry.Request.Operation is DeviceOperation.Write or DeviceOperation.WriteZeroes);
            foreach (var write in writes)
            {
                var range = SectorRange.Create(
                    write.Request.Offset / Sectors.Size, write.Request.Length / Sectors.Size);
                Assert.False(kept.Within(range).Any(), $"{range} of target {i} was kept and is written again");
            }
        }
    });

    /// <summary>The job is over; the power may go all the same, after the answer to its last append.</summary>
    private void End(IActorRef client)
    {
        if (!Rig.Run(client.GracefulStop(TimeSpan.FromDays(1))))
        {
            Rig.Reopen();
            return;
        }

        foreach (var device in _open)
        {
            Rig.Demand(Rig.Run(device.DisposeAsync().AsTask()), "the device closes");
        }
    }

    private void Stop(IActorRef actor)
    {
        var stopped = actor.GracefulStop(TimeSpan.FromDays(1));
        Rig.Demand(Rig.Run(stopped), "the actor stops while the power is on");
    }

    /// <summary>Has the job accepted and waits for its end.</summary>
    private sealed class Submitter : UntypedActor
    {
        private readonly TaskCompletionSource<CopyCompleted> _over;

        public Submitter(IActorRef client, CopyRequest request, TaskCompletionSource<CopyCompleted> over)
        {
            _over = over;
            client.Tell(new ClientMessage.Copy(request), Self);
        }

        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case CopyCompleted completed:
                    _over.SetResult(completed);
                    break;
                case ClientMessage.CopyRejected rejected:
                    _over.SetException(new InvalidOperationException(rejected.Rejection.Reason));
                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>Reads the stream of the job as its next run will.</summary>
    private sealed class Reader : UntypedActor
    {
        private readonly TaskCompletionSource<JobRecord> _recovered;

        public Reader(JournalOptions options, TaskCompletionSource<JobRecord> recovered)
        {
            _recovered = recovered;
            Context.ActorOf(Props.Create<JobJournalActor>(new CopyJobId(JobName), 0, options));
        }

        protected override void OnReceive(object message)
        {
            if (message is JournalMessage.Recovered { Snapshot: var snapshot })
            {
                _recovered.SetResult(snapshot is null ? new JobRecord() : JobRecord.From(snapshot));
            }
            else if (message is JournalMessage.Lost lost)
            {
                _recovered.SetException(new InvalidOperationException(lost.Reason));
            }
        }
    }
}
