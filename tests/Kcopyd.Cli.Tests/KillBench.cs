using System.Text.Json;
using Akka.Actor;
using Kcopyd.Actors.Journaling;
using Kcopyd.Core;
using Kcopyd.Core.Throttling;

namespace Kcopyd.Cli.Tests;

/// <summary>Runs jobs of a kind, kills them, resumes, and counts what is copied again.</summary>
/// <remarks>
/// <para>What a killed run wrote and the journal does not claim is written again. It was written since the last flush
/// that a checkpoint stands for began, so it is at most: the rate times the time from then to the kill, what the
/// throttle lets through after an idle moment, and the segments in flight.</para>
/// <para>That time is the interval, and what is <em>late</em>: how long that flush took, and how long the next
/// checkpoint is overdue. Both follow from times in the journal: flush number n of a run begins no earlier than n
/// intervals after the run.</para>
/// </remarks>
internal sealed class KillBench : IDisposable
{
    private const long BytesPerSecond = 8 << 20;
    private const int SegmentBytes = 64 << 10;
    private const int SegmentsInFlight = 4;
    private const int KilledExitCode = 128 + 9;

    private readonly KillKind _kind;
    private readonly Random _random;
    private readonly ActorSystem _system = ActorSystem.Create("journal-reader");
    private readonly JournaledJob _journaled;
    private readonly KillFiles _files;
    private JobRecord? _record;
    private int _jobs;

    public KillBench(KillKind kind, Random random)
    {
        (_kind, _random) = (kind, random);
        _journaled = new JournaledJob(_system);
        _files = new KillFiles(kind);
    }

    /// <summary>The time between two checkpoints.</summary>
    public static TimeSpan Interval { get; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Begins a job, kills it and its resumes so many times or until it is over, and lets it end.</summary>
    public async Task<IReadOnlyList<KillCount>> RunJobAsync(int kills)
    {
        (_record, _jobs) = (null, _jobs + 1);
        Spoil();
        var counts = new List<KillCount>();
        while (counts.Count < kills)
        {
            var moment = KillMoment.Draw(_random, [.. Targets.Select(target => _files.Data(Missing(target)))]);
            if (await RunAsync(moment) is not { } killedAt)
            {
                return counts;
            }

            counts.Add(await CountAsync(moment, killedAt));
            if (_record is { IsOver: true })
            {
                // It was killed between its end and its exit.
                IsCopied();
                return counts;
            }

            Spoil();
        }

        await RunAsync(null);
        return counts;
    }

    public void Dispose()
    {
        _system.Dispose();
        _files.Dispose();
    }

    private IEnumerable<int> Targets => Enumerable.Range(0, _kind.Targets);

    private string Job => $"job-{_jobs}";

    private ExtentSet Claimed(int target) => _record?.FlushedOn(target) ?? [];

    private IEnumerable<SectorRange> Missing(int target) => Claimed(target).Missing(_files.All);

    private void Spoil()
    {
        foreach (var target in Targets)
        {
            _files.Spoil(target, Missing(target));
        }
    }

    /// <summary>One run.</summary>
    /// <returns>When it was killed; null if it went to its end.</returns>
    private async Task<DateTimeOffset?> RunAsync(KillMoment? moment)
    {
        using var watch = moment is null ? null : new KillWatch(moment, _files);
        using var running = KcopydProgram.Start(Command());
        if (watch is not null)
        {
            await watch.UntilReachedAsync(running);
            running.Kill();
        }

        var result = await running.EndAsync();
        var now = TimeProvider.System.GetUtcNow();
        HasKeptWhatWasClaimed(result);
        if (watch is not null && result.ExitCode == KilledExitCode)
        {
            return now;
        }

        await IsDoneAsync(result);
        return null;
    }

    /// <summary>The command that began the job does as well as resume.</summary>
    private string[] Command()
    {
        string[] how =
        [
            "--journal", _files.Journal, "--rate", $"{BytesPerSecond}", "--json", "--progress", "json",
            "--checkpoint-interval", $"{Interval.TotalMilliseconds}ms",
        ];
        return _record is not null && _random.Next(2) == 0
            ? ["resume", Job, .. how]
            :
            [
                "copy", _files.Source, .. _files.Targets, "--job", Job, .. _kind.Options,
                "--segment", $"{SegmentBytes}", "--in-flight", $"{SegmentsInFlight}", .. how,
            ];
    }

    /// <summary>What a run says of itself agrees with the journal that it found.</summary>
    private void HasKeptWhatWasClaimed(ProgramResult result)
    {
        // A line is whole, or the kill cut it off.
        foreach (var line in result.ErrorLines.Where(line => line.EndsWith('}')))
        {
            using var progress = JsonDocument.Parse(line);
            if (progress.RootElement.GetProperty("status").GetString() == "copying")
            {
                Kept(progress.RootElement);
            }
        }
    }

    private void Kept(JsonElement report)
    {
        foreach (var (number, target) in report.GetProperty("targets").EnumerateArray().Index())
        {
            Assert.Equal(_files.Bytes(Claimed(number)), target.GetProperty("bytesKept").GetInt64());
        }
    }

    private async Task IsDoneAsync(ProgramResult result)
    {
        Assert.True(result.ExitCode == 0, $"{result}");
        using var json = JsonDocument.Parse(result.Output);
        Kept(json.RootElement);
        foreach (var (number, target) in json.RootElement.GetProperty("targets").EnumerateArray().Index())
        {
            Assert.Equal(_files.Bytes(Missing(number)), target.GetProperty("bytesWritten").GetInt64());
        }

        IsCopied();
        var job = Assert.Single(await JobsAsync());
        Assert.Equal("completed", job.GetProperty("state").GetString());
    }

    private void IsCopied() => Assert.All(
        Targets, target => Assert.True(_files.IsWritten(target, _files.All), $"Target {target} differs."));

    private async Task<KillCount> CountAsync(KillMoment moment, DateTimeOffset killedAt)
    {
        var lastRun = _record?.LastRun?.Run;
        _record = _journaled.Read(_files.Journal, Job);
        await IsListedAsync();
        var again = Targets.Max(target => _files.WrittenData(target, Missing(target)));
        if (_record?.LastRun is not { } run || run.Run == lastRun)
        {
            Assert.Equal(0, again);
            return new KillCount(moment, again, 0, TimeSpan.Zero);
        }

        foreach (var target in Targets)
        {
            Assert.All(Claimed(target), range => Assert.True(
                _files.IsWritten(target, range), $"Target {target} has not what was claimed in {range}."));
        }

        var (flushed, sinceRun) = (_record.UpdatedAt, _record.UpdatedAt - run.At);
        var flush = Longest(TimeSpan.Zero, sinceRun - (_record.CheckpointNumber * Interval));
        var late = flush + Longest(TimeSpan.Zero, killedAt - flushed - Interval);
        var seconds = Interval + late + RateLimit.Credit;
        var limit = (long)(seconds.TotalSeconds * BytesPerSecond) + ((SegmentsInFlight + 1) * SegmentBytes);
        Assert.InRange(again, 0, limit);
        return new KillCount(moment, again, limit, late);
    }

    private static TimeSpan Longest(TimeSpan one, TimeSpan other) => one > other ? one : other;

    /// <summary>The list of jobs says what the journal says.</summary>
    private async Task IsListedAsync()
    {
        var jobs = await JobsAsync();
        if (_record is null)
        {
            Assert.Empty(jobs);
            return;
        }

        var job = Assert.Single(jobs);
        Assert.Equal(_record.IsOver ? "completed" : "interrupted", job.GetProperty("state").GetString());
        var safe = job.GetProperty("targets").EnumerateArray()
            .Select(target => target.GetProperty("bytesSafe").GetInt64());
        Assert.Equal(_record.FlushedBytes(), safe);
    }

    private async Task<IReadOnlyList<JsonElement>> JobsAsync()
    {
        if (!File.Exists(_files.Journal))
        {
            // A copy that was killed at once made none.
            return [];
        }

        var result = await KcopydProgram.RunAsync("jobs", "--json", "--all", "--journal", _files.Journal);
        result.IsDone();
        using var json = JsonDocument.Parse(result.Output);
        return
        [
            .. json.RootElement.Clone().EnumerateArray().Where(job => job.GetProperty("job").GetString() == Job),
        ];
    }
}
