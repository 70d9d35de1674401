using System.Collections.Immutable;
using Kcopyd.Core.Copying;

namespace Kcopyd.Core.Tests.Copying;

/// <summary>What fails in a random run: drawn from its generator, with rates that are drawn first.</summary>
internal sealed class CopyJobFaults(CopyJobSpec spec, Random random)
{
    public const string Lost = "lost";

    private static readonly double[] Rates = [0, 0, 0, 0.02, 0.1, 0.4];

    private readonly double _read = Rate(random);
    private readonly double _write = Rate(random);
    private readonly double _flush = Rate(random);
    private readonly double _lost = Rate(random) / 2;

    public bool Loses => random.NextDouble() < _lost;

    public CopyFailure OfJournal => new(CopyFailureKind.Journal, null, Everything, 0, true, "no journal");

    /// <summary>What earlier runs may have left.</summary>
    public CopyResume Left()
    {
        var done = Enumerable.Range(0, spec.TargetCount).Select(_ => new ExtentSet()).ToList();
        for (var i = random.Next(6); i > 0 && spec.SectorCount > 0; i--)
        {
            var start = random.NextInt64(spec.SectorCount);
            var count = random.NextInt64(spec.SectorCount - start) + 1;
            done[random.Next(done.Count)].Add(SectorRange.Create(start, count));
        }

        return new CopyResume { Missing = MissingRuns.Of(spec.SectorCount, done, TargetMask.All(spec.TargetCount)) };
    }

    public bool DevicesVanish { get; init; } = random.Next(4) == 0;

    public SegmentResult ResultOf(Segment segment) => segment.Kind switch
    {
        SegmentKind.Compare => Comparison(segment),
        SegmentKind.Data => Copy(segment),
        _ => new SegmentResult
        {
            TargetFailures = Targets(segment.Targets, CopyFailureKind.Write, segment.Range, _write),
        },
    };

    public ImmutableArray<CopyFailure> Flush(TargetMask targets) =>
        Targets(targets, CopyFailureKind.Flush, Everything, _flush);

    public ImmutableArray<CopyFailure> Confirm(TargetMask targets)
    {
        var vanished = Targets(targets, CopyFailureKind.Vanished, Everything, DevicesVanish ? 0.3 : 0);
        return DevicesVanish && random.Next(4) == 0
            ? vanished.Add(new CopyFailure(CopyFailureKind.Vanished, null, Everything, 0, false, "gone"))
            : vanished;
    }

    public ImmutableArray<StatusRun> Status(SectorRange asked)
    {
        var runs = ImmutableArray.CreateBuilder<StatusRun>();
        var start = asked.Start;
        do
        {
            // An answer may say less than was asked for, and more.
            var count = random.NextInt64(1, 40);
            runs.Add(new StatusRun(SectorRange.Create(start, count), random.Next(2) == 0));
            start += count;
        }
        while (start < asked.End && random.Next(4) > 0);
        return runs.ToImmutable();
    }

    private static double Rate(Random random) => Rates[random.Next(Rates.Length)];

    private SectorRange Everything => SectorRange.Create(0, spec.SectorCount);

    private SegmentResult Copy(Segment segment)
    {
        if (random.NextDouble() >= _read)
        {
            return new SegmentResult
            {
                TargetFailures = Targets(segment.Targets, CopyFailureKind.Write, segment.Range, _write),
            };
        }

        if (spec.Options.OnReadError == OnReadError.Salvage)
        {
            return new SegmentResult
            {
                Zeroed = Unreadable(segment),
                TargetFailures = Targets(segment.Targets, CopyFailureKind.Write, segment.Range, _write),
            };
        }

        // Without data nothing is written, unless errors are ignored and zeros are.
        return new SegmentResult
        {
            ReadFailure = SourceFailure(segment.Range),
            TargetFailures = Targets(
                segment.Targets, CopyFailureKind.Write, segment.Range, spec.Options.ErrorsAreIgnored ? _write : 0),
        };
    }

    private SegmentResult Comparison(Segment segment) => new()
    {
        ReadFailure = random.NextDouble() < _read / 4 ? SourceFailure(segment.Range) : null,
        TargetFailures =
        [
            .. Targets(segment.Targets, CopyFailureKind.Mismatch, segment.Range, _write / 4),
            .. Targets(segment.Targets, CopyFailureKind.Read, segment.Range, _write / 4),
        ],
    };

    private ImmutableArray<CopyFailure> Unreadable(Segment segment)
    {
        var first = random.NextInt64(segment.Range.Start, segment.Range.End);
        var second = random.NextInt64(first + 1, segment.Range.End + 1);
        return second < segment.Range.End
            ? [SourceFailure(SectorRange.Between(first, second)), SourceFailure(SectorRange.Create(second, 1))]
            : [SourceFailure(SectorRange.Between(first, second))];
    }

    private CopyFailure SourceFailure(SectorRange range) =>
        new(CopyFailureKind.Read, null, range.Shift(spec.SourceStart), 5, false, "unreadable");

    private ImmutableArray<CopyFailure> Targets(
        TargetMask targets, CopyFailureKind kind, SectorRange range, double rate) =>
        [
            .. targets.Indexes()
                .Where(_ => random.NextDouble() < rate)
                .Select(target => new CopyFailure(kind, target, range, 5, false, "failed")),
        ];
}
