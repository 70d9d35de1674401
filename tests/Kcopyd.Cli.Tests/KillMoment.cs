using Kcopyd.Core;

namespace Kcopyd.Cli.Tests;

/// <summary>When a run is killed: an event of that run, drawn before it begins.</summary>
internal abstract record KillMoment
{
    /// <summary>A poll is microseconds, and the start of the program half a second.</summary>
    private const int MostPolls = 200_000;

    private const int MostJournalChanges = 40;

    private const int MostProgressLines = 3;

    /// <summary>From the last sector to the end of a run: a flush, its checkpoint, the end of the run.</summary>
    private const int MostChangesAtTheEnd = 10;

    private KillMoment()
    {
    }

    /// <summary>Draws a moment for a run.</summary>
    /// <param name="random">Where from.</param>
    /// <param name="missing">For each target, what of its data is not claimed.</param>
    public static KillMoment Draw(Random random, IReadOnlyList<ExtentSet> missing)
    {
        var target = random.Next(missing.Count);
        var set = missing[target];
        return (random.Next(10), set.IsEmpty) switch
        {
            (0, _) => new Polls(random.Next(MostPolls)),
            (1, _) or (_, true) => new JournalChange(random.Next(MostJournalChanges) + 1),
            (2, _) => new ProgressLine(random.Next(MostProgressLines) + 1),
            (8 or 9, _) => new AfterSector(target, set[^1].End - 1, random.Next(MostChangesAtTheEnd)),
            _ => new AfterSector(target, SectorAt(set, random.NextInt64(set.SectorCount)), 0),
        };
    }

    private static long SectorAt(ExtentSet set, long number)
    {
        foreach (var run in set)
        {
            if (number < run.Count)
            {
                return run.Start + number;
            }

            number -= run.Count;
        }

        throw new ArgumentOutOfRangeException(nameof(number));
    }

    /// <summary>After so many looks at the process, from its start.</summary>
    public sealed record Polls(int Count) : KillMoment;

    /// <summary>At a change of the journal's files.</summary>
    public sealed record JournalChange(int Number) : KillMoment;

    /// <summary>At a line of progress.</summary>
    public sealed record ProgressLine(int Number) : KillMoment;

    /// <summary>When a sector of a target is written, and after it so many changes of the journal's files.</summary>
    public sealed record AfterSector(int Target, long Sector, int JournalChanges) : KillMoment;
}
