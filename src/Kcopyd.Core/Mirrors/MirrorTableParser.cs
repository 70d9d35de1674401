using System.Collections.Immutable;

namespace Kcopyd.Core.Mirrors;

/// <summary>Reads one table line, word by word, and refuses in dm-mirror's order and with its words.</summary>
internal sealed class MirrorTableParser(string line)
{
    private const string NoLogArguments = "Insufficient mirror log arguments";
    private const string BadLogCount = "Invalid mirror log argument count";
    private const string NoLog = "Error creating mirror dirty log";
    private const string BadLegCount = "Invalid number of mirrors";
    private const string TooFewLegs = "Too few mirror arguments";
    private const string BadOffset = "Invalid offset";
    private const string BadFeatureCount = "Invalid number of features";
    private const string TooFewFeatures = "Not enough arguments to support feature count";
    private const string UnknownFeature = "Unrecognised feature requested";
    private const string KeepLogAlone = "keep_log feature requires the handle_errors feature";
    private const string TooManyWords = "Too many mirror arguments";

    private readonly TableLine _line =
        new(line, (reason, word, kernel) => new MirrorTableException(reason, word, kernel));

    public MirrorTable Parse()
    {
        var (start, length) = Position();
        var log = Log(length);
        var legs = Legs(length);
        var features = Features();
        if (_line.Left > 0)
        {
            throw _line.Refused(TooManyWords, "but the table is complete before it");
        }

        return new MirrorTable(start, length, log, legs, features);
    }

    private (long Start, long Length) Position()
    {
        _line.Need(3, null, "a line begins with the mirror's start, its length and 'mirror'");
        var start = _line.Number(null, "the mirror's start", SectorRange.Limit);
        if (_line.Word is "0")
        {
            throw _line.Refused(null, "but the mirror's length is at least 1");
        }

        var length = _line.Number(null, "the mirror's length", SectorRange.Limit - start);
        if (_line.Word != MirrorTableWords.Target)
        {
            throw _line.Refused(null, $"but the target is '{MirrorTableWords.Target}'");
        }

        _line.Next++;
        return (start, length);
    }

    private MirrorLogSpec Log(long length)
    {
        _line.Need(2, NoLogArguments, "a log type and its number of arguments must follow");
        var type = _line.Next++;
        var count = _line.Number(BadLogCount, "the number of log arguments", int.MaxValue);
        _line.Need(count, NoLogArguments, $"word {_line.Next} announces {count} more");
        var end = _line.Next + (int)count;

        var log = _line[type] switch
        {
            MirrorTableWords.Core => CoreLog(count, length),
            MirrorTableWords.Disk => DiskLog(count, length),
            MirrorTableWords.Journal => JournalLog(count, length),
            _ => throw _line.Refused(
                type,
                NoLog,
                $"but the log types are {MirrorTableWords.Core}, {MirrorTableWords.Disk} "
                    + $"and {MirrorTableWords.Journal}"),
        };
        _line.Next = end;
        return log;
    }

    private MirrorLogSpec CoreLog(long count, long length)
    {
        CheckCount(count, 1);
        return MirrorLogSpec.Core(RegionSize(length), Sync(count == 2));
    }

    private MirrorLogSpec DiskLog(long count, long length)
    {
        CheckCount(count, 2);
        var device = _line.Take();
        return MirrorLogSpec.Disk(device, RegionSize(length), Sync(count == 3));
    }

    private MirrorLogSpec JournalLog(long count, long length)
    {
        CheckCount(count, 2);
        var name = _line.Word;
        if (!MirrorLogSpec.IsName(name))
        {
            throw _line.Refused(
                NoLog,
                $"but the name of a journal log is 1 to {MirrorLogSpec.MaxNameLength} "
                    + "letters, digits, '.', '_' or '-'");
        }

        _line.Next++;
        return MirrorLogSpec.Journal(name, RegionSize(length), Sync(count == 3));
    }

    /// <summary>A log has its own arguments, and one more where the table says sync or nosync.</summary>
    private void CheckCount(long count, int own)
    {
        if (count < own || count > own + 1)
        {
            throw _line.Refused(
                _line.Next - 1, NoLog, $"but a {_line[_line.Next - 2]} log has {own} or {own + 1} arguments");
        }
    }

    private long RegionSize(long length)
    {
        const string What = "the region size";
        var at = _line.Next;
        var size = _line.Number(NoLog, What, length);
        if (!MirrorGeometry.IsRegionSize(size))
        {
            throw _line.Refused(
                at, NoLog, $"but {What} is a power of two, at least {MirrorGeometry.MinRegionSize} sectors");
        }

        if (MirrorGeometry.RegionsFor(length, size) > MirrorGeometry.MaxRegionCount)
        {
            throw _line.Refused(
                at,
                NoLog,
                $"which makes more than {MirrorGeometry.MaxRegionCount} regions of {length} sectors: "
                    + "a larger region is needed");
        }

        return size;
    }

    private MirrorSync Sync(bool isGiven) => !isGiven
        ? MirrorSync.Default
        : _line.Word switch
        {
            MirrorTableWords.Sync => MirrorSync.Sync,
            MirrorTableWords.NoSync => MirrorSync.NoSync,
            _ => throw _line.Refused(
                NoLog, $"but only {MirrorTableWords.Sync} or {MirrorTableWords.NoSync} may follow the region size"),
        };

    private ImmutableArray<MirrorLegSpec> Legs(long length)
    {
        _line.Need(1, BadLegCount, "the number of mirrors must follow");
        var at = _line.Next;
        var count = _line.Number(BadLegCount, "the number of mirrors", int.MaxValue);
        if (count is < MirrorTable.MinLegs or > MirrorTable.MaxLegs)
        {
            throw _line.Refused(
                at, BadLegCount, $"but a mirror has {MirrorTable.MinLegs} to {MirrorTable.MaxLegs} legs");
        }

        _line.Need(2 * count, TooFewLegs, $"{count} mirrors need a device and an offset each");
        var legs = ImmutableArray.CreateBuilder<MirrorLegSpec>((int)count);
        while (legs.Count < count)
        {
            var device = _line.Take();
            legs.Add(new MirrorLegSpec(
                device, _line.Number(BadOffset, $"the offset on {device}", SectorRange.Limit - length)));
        }

        return legs.MoveToImmutable();
    }

    private MirrorFeatures Features()
    {
        if (_line.Left == 0)
        {
            return MirrorFeatures.None;
        }

        var count = _line.Number(BadFeatureCount, "the number of features", int.MaxValue);
        _line.Need(count, TooFewFeatures, $"word {_line.Next} announces {count} more");
        var (first, end) = (_line.Next, _line.Next + (int)count);
        var features = MirrorFeatures.None;
        while (_line.Next < end)
        {
            features |= _line.Word switch
            {
                MirrorTableWords.HandleErrors => MirrorFeatures.HandleErrors,
                MirrorTableWords.KeepLog => MirrorFeatures.KeepLog,
                _ => throw _line.Refused(
                    UnknownFeature,
                    $"but the features are {MirrorTableWords.HandleErrors} and {MirrorTableWords.KeepLog}"),
            };
            _line.Next++;
        }

        return features != MirrorFeatures.KeepLog
            ? features
            : throw _line.Refused(
                first, KeepLogAlone, $"but '{MirrorTableWords.HandleErrors}' is not among the features");
    }
}
