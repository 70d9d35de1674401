using Kcopyd.Actors.Journaling;
using Kcopyd.Core;

namespace Kcopyd.Actors.Tests.Journaling;

/// <summary>What is flushed on each target of a job, sector by sector: a record in the simplest form.</summary>
internal sealed class JobModel
{
    public bool[][] Flushed { get; private set; } = [];

    public static JobModel Of(IEnumerable<JobEvent> history)
    {
        var model = new JobModel();
        foreach (var happened in history)
        {
            model.Apply(happened);
        }

        return model;
    }

    public static IEnumerable<long> Sectors(IEnumerable<SectorRange> ranges) =>
        from range in ranges
        from sector in Enumerable.Range(0, (int)range.Count)
        select range.Start + sector;

    public IEnumerable<long> SectorsOf(int target, bool isFlushed) =>
        Flushed[target].Index().Where(sector => sector.Item == isFlushed).Select(sector => (long)sector.Index);

    private void Apply(JobEvent happened)
    {
        if (happened is JobEvent.Created created)
        {
            var count = created.Description.SectorCount;
            Flushed = [.. created.Description.Targets.Select(_ => new bool[count])];
        }
        else if (happened is JobEvent.RunStarted started)
        {
            started.Afresh.Indexes().ToList().ForEach(target => Array.Clear(Flushed[target]));
        }
        else if (happened is JobEvent.Checkpoint checkpoint)
        {
            checkpoint.Flushed.ToList().ForEach(flushed => Set(flushed, true));
        }
        else if (happened is JobEvent.Withdrawn withdrawn)
        {
            withdrawn.Ranges.ToList().ForEach(flushed => Set(flushed, false));
        }
    }

    private void Set(FlushedRanges flushed, bool isFlushed)
    {
        foreach (var (target, sector) in
            from target in flushed.Targets.Indexes() from sector in Sectors(flushed.Ranges) select (target, sector))
        {
            Flushed[target][sector] = isFlushed;
        }
    }
}
