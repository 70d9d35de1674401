using System.Collections.Immutable;
using Kcopyd.Actors.Journaling;
using Kcopyd.Core;
using Kcopyd.Core.Copying;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Tests.Journaling;

/// <summary>A random history of a job, as a runner could have written it.</summary>
internal sealed class JobHistory
{
    private readonly Random _random;
    private readonly List<JobEvent> _events = [];
    private DateTimeOffset _now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private JobDescription _description = new(CopyJobKind.Copy, 1, null, []);
    private TargetMask _dropped;
    private long _failureCount;
    private long _epoch;

    private JobHistory(Random random)
    {
        _random = random;
    }

    /// <summary>Some events; a seed repeats them.</summary>
    public static ImmutableArray<JobEvent> Of(int seed)
    {
        var history = new JobHistory(new Random(seed));
        history.Create();
        for (var run = history._random.Next(5); run > 0; run--)
        {
            history.Run();
        }

        return [.. history._events];
    }

    public static JobRecord Fold(IEnumerable<JobEvent> history)
    {
        var record = new JobRecord();
        foreach (var happened in history)
        {
            record.Apply(happened);
        }

        return record;
    }

    private void Create()
    {
        var targets = Enumerable.Range(0, _random.Next(1, 5)).Select(i => new JobRegion($"/t{i}", _random.Next(3) * 8));
        var kind = (CopyJobKind)_random.Next(3);
        var source = kind == CopyJobKind.Zero ? null : new JobRegion("/s", _random.Next(3) * 16);
        _description = new JobDescription(kind, _random.Next(1, 64), source, [.. targets]);
        (_dropped, _failureCount) = (TargetMask.None, 0);
        _events.Add(new JobEvent.Created(_description, Tick()));
    }

    private void Run()
    {
        if (_random.Next(6) == 0)
        {
            Create();
        }

        var afresh = Mask().And(Mask());
        _dropped = _dropped.Except(afresh);
        _events.Add(new JobEvent.RunStarted(++_epoch, Tick())
        {
            Run = $"run-{_random.Next()}",
            Runner = "host, process 12",
            Options = CopyOptions.Default with { InFlight = _random.Next(1, 9), Sparse = Flip(), SalvageLimit = 7 },
            Lease = TimeSpan.FromSeconds(5 + _random.Next(3)),
            LockId = Flip() ? "here" : "",
            Direct = Flip(),
            Source = _description.Source is { } source ? Identity(source.Uri) : null,
            Targets = [.. _description.Targets.Select(target => Identity(target.Uri))],
            Afresh = afresh,
        });
        _failureCount = Fold(_events).FailureCount;
        for (var number = 1; number <= _random.Next(6); number++)
        {
            Check(number);
        }

        if (_random.Next(4) == 0)
        {
            _events.Add(new JobEvent.Withdrawn(Claims(), Tick()));
            _epoch++;
        }

        if (Flip())
        {
            var standing = (JobStanding)_random.Next(1, 6);
            _events.Add(new JobEvent.RunEnded(_epoch, standing, Flip() ? "It was told to." : "", Tick()));
        }
    }

    private void Check(long number)
    {
        ImmutableArray<CopyFailure> failures = [.. Failures()];
        ImmutableArray<CopyFailure> zeroed = [.. Failures().Where(failure => failure.Target is null)];
        _dropped = Flip() ? _dropped : _dropped.Or(Mask().And(Mask()));
        _failureCount += failures.Length + (_random.Next(5) == 0 ? 1 : 0);
        _events.Add(new JobEvent.Checkpoint(_epoch, number, Tick())
        {
            Flushed = Claims(),
            WriteErrors = _dropped.Or(Mask()),
            Dropped = _dropped,
            ReadError = !zeroed.IsEmpty,
            FailureCount = _failureCount,
            Failures = failures,
            Zeroed = zeroed,
            BytesPerSecond = _random.NextDouble() * 1e9,
        });
    }

    private IEnumerable<CopyFailure> Failures()
    {
        for (var count = _random.Next(3); count > 0; count--)
        {
            var range = Range().Shift(_description.Source?.FirstSector ?? 0);
            var target = Flip() ? (int?)null : _random.Next(_description.Targets.Length);
            var kind = target is null ? CopyFailureKind.Read : CopyFailureKind.Write;
            yield return new CopyFailure(kind, target, range, _random.Next(3), Flip(), "It failed.");
        }
    }

    private ImmutableArray<FlushedRanges> Claims() =>
        [.. _description.Targets.Select((_, i) => new FlushedRanges(TargetMask.Of(i), Ranges()))];

    private ImmutableArray<SectorRange> Ranges() =>
        _random.Next(3) == 0 ? [] : [.. new ExtentSet(Enumerable.Range(0, 4).Select(_ => Range()))];

    private SectorRange Range()
    {
        var start = _random.NextInt64(_description.SectorCount);
        return SectorRange.Create(start, _random.NextInt64(_description.SectorCount - start) + 1);
    }

    private BlockDeviceIdentity Identity(string uri)
    {
        var marks = ImmutableSortedDictionary<string, string>.Empty.Add("inode", $"{_random.Next()}");
        marks = Flip() ? marks : marks.Add("birth", "17.5").Add("filesystem", "a b/ü");
        return new BlockDeviceIdentity(uri, _random.NextInt64(), marks) { Modified = Flip() ? null : "12.000000001" };
    }

    private TargetMask Mask() =>
        new TargetMask((ulong)_random.NextInt64()).And(TargetMask.All(_description.Targets.Length));

    private DateTimeOffset Tick() => _now += TimeSpan.FromTicks(_random.NextInt64(1, 100_000_000));

    private bool Flip() => _random.Next(2) == 0;
}
