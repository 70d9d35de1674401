using System.Collections.Immutable;
using System.Globalization;

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

    private readonly string[] _words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
    private int _next;

    private int Left => _words.Length - _next;

    public MirrorTable Parse()
    {
        var (start, length) = Position();
        var log = Log(length);
        var legs = Legs(length);
        var features = Features();
        if (Left > 0)
        {
            throw Refused(TooManyWords, "but the table is complete before it");
        }

        return new MirrorTable(start, length, log, legs, features);
    }

    private (long Start, long Length) Position()
    {
        Need(3, null, "a line begins with the mirror's start, its length and 'mirror'");
        var start = Number(null, "the mirror's start", SectorRange.Limit);
        if (_words[_next] is "0")
        {
            throw Refused(null, "but the mirror's length is at least 1");
        }

        var length = Number(null, "the mirror's length", SectorRange.Limit - start);
        if (_words[_next] != MirrorTableWords.Target)
        {
            throw Refused(null, $"but the target is '{MirrorTableWords.Target}'");
        }

        _next++;
        return (start, length);
    }

    private MirrorLogSpec Log(long length)
    {
        Need(2, NoLogArguments, "a log type and its number of arguments must follow");
        var type = _next++;
        var count = Number(BadLogCount, "the number of log arguments", int.MaxValue);
        Need(count, NoLogArguments, $"word {_next} announces {count} more");
        var end = _next + (int)count;

        var log = _words[type] switch
        {
            MirrorTableWords.Core => CoreLog(count, length),
            MirrorTableWords.Disk => DiskLog(count, length),
            MirrorTableWords.Journal => JournalLog(count, length),
            _ => throw Refused(
                type,
                NoLog,
                $"but the log types are {MirrorTableWords.Core}, {MirrorTableWords.Disk} "
                    + $"and {MirrorTableWords.Journal}"),
        };
        _next = end;
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
        var device = _words[_next++];
        return MirrorLogSpec.Disk(device, RegionSize(length), Sync(count == 3));
    }

    private MirrorLogSpec JournalLog(long count, long length)
    {
        CheckCount(count, 2);
        var name = _words[_next];
        if (!MirrorLogSpec.IsName(name))
        {
            throw Refused(
                NoLog,
                $"but the name of a journal log is 1 to {MirrorLogSpec.MaxNameLength} "
                    + "letters, digits, '.', '_' or '-'");
        }

        _next++;
        return MirrorLogSpec.Journal(name, RegionSize(length), Sync(count == 3));
    }

    /// <summary>A log has its own arguments, and one more where the table says sync or nosync.</summary>
    private void CheckCount(long count, int own)
    {
        if (count < own || count > own + 1)
        {
            throw Refused(
                _next - 1, NoLog, $"but a {_words[_next - 2]} log has {own} or {own + 1} arguments");
        }
    }

    private long RegionSize(long length)
    {
        const string What = "the region size";
        var at = _next;
        var size = Number(NoLog, What, length);
        if (!MirrorGeometry.IsRegionSize(size))
        {
            throw Refused(at, NoLog, $"but {What} is a power of two, at least {MirrorGeometry.MinRegionSize} sectors");
        }

        if (MirrorGeometry.RegionsFor(length, size) > MirrorGeometry.MaxRegionCount)
        {
            throw Refused(
                at,
                NoLog,
                $"which makes more than {MirrorGeometry.MaxRegionCount} regions of {length} sectors: "
                    + "a larger region is needed");
        }

        return size;
    }

    private MirrorSync Sync(bool isGiven) => !isGiven
        ? MirrorSync.Default
        : _words[_next] switch
        {
            MirrorTableWords.Sync => MirrorSync.Sync,
            MirrorTableWords.NoSync => MirrorSync.NoSync,
            _ => throw Refused(
                NoLog, $"but only {MirrorTableWords.Sync} or {MirrorTableWords.NoSync} may follow the region size"),
        };

    private ImmutableArray<MirrorLegSpec> Legs(long length)
    {
        Need(1, BadLegCount, "the number of mirrors must follow");
        var at = _next;
        var count = Number(BadLegCount, "the number of mirrors", int.MaxValue);
        if (count is < MirrorTable.MinLegs or > MirrorTable.MaxLegs)
        {
            throw Refused(at, BadLegCount, $"but a mirror has {MirrorTable.MinLegs} to {MirrorTable.MaxLegs} legs");
        }

        Need(2 * count, TooFewLegs, $"{count} mirrors need a device and an offset each");
        var legs = ImmutableArray.CreateBuilder<MirrorLegSpec>((int)count);
        while (legs.Count < count)
        {
            var device = _words[_next++];
            legs.Add(new MirrorLegSpec(
                device, Number(BadOffset, $"the offset on {device}", SectorRange.Limit - length)));
        }

        return legs.MoveToImmutable();
    }

    private MirrorFeatures Features()
    {
        if (Left == 0)
        {
            return MirrorFeatures.None;
        }

        var count = Number(BadFeatureCount, "the number of features", int.MaxValue);
        Need(count, TooFewFeatures, $"word {_next} announces {count} more");
        var (first, end) = (_next, _next + (int)count);
        var features = MirrorFeatures.None;
        while (_next < end)
        {
            features |= _words[_next] switch
            {
                MirrorTableWords.HandleErrors => MirrorFeatures.HandleErrors,
                MirrorTableWords.KeepLog => MirrorFeatures.KeepLog,
                _ => throw Refused(
                    UnknownFeature,
                    $"but the features are {MirrorTableWords.HandleErrors} and {MirrorTableWords.KeepLog}"),
            };
            _next++;
        }

        return features != MirrorFeatures.KeepLog
            ? features
            : throw Refused(first, KeepLogAlone, $"but '{MirrorTableWords.HandleErrors}' is not among the features");
    }

    /// <summary>The next word as a number: digits and nothing else.</summary>
    private long Number(string? kernel, string what, long max)
    {
        var word = _words[_next];
        if (!word.All(char.IsAsciiDigit))
        {
            throw Refused(kernel, $"but {what} is a whole number");
        }

        if (!long.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > max)
        {
            throw Refused(kernel, $"but {what} is at most {max}");
        }

        _next++;
        return number;
    }

    private void Need(long words, string? kernel, string why)
    {
        if (Left < words)
        {
            throw new MirrorTableException(
                $"the line ends after word {_words.Length}, but {why}", _words.Length + 1, kernel);
        }
    }

    private MirrorTableException Refused(string? kernel, string why) => Refused(_next, kernel, why);

    private MirrorTableException Refused(int word, string? kernel, string why) =>
        new($"word {word + 1} is '{_words[word]}', {why}", word + 1, kernel);
}
