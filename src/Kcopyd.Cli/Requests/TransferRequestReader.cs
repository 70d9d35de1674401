using System.Collections.Immutable;
using System.Globalization;
using Kcopyd.Actors.Journaling;
using Kcopyd.Core;
using Kcopyd.Core.Copying;
using Kcopyd.Core.Paging;
using Kcopyd.Nbd.Client;

namespace Kcopyd.Cli.Requests;

/// <summary>Reads words of the command line as numbers, sizes and choices. Pure.</summary>
internal static class TransferRequestReader
{
    /// <summary>Reads all of it.</summary>
    /// <exception cref="RefusedException">Something is not what its option takes; the sentence names the
    /// option.</exception>
    internal static TransferRequest Read(TransferText text)
    {
        if (text.Targets.Length > CopyOptions.MaxTargets)
        {
            throw new RefusedException(
                $"{text.Targets.Length} targets are too many: a job has 1 to {CopyOptions.MaxTargets}");
        }

        foreach (var uri in text.Targets.Append(text.Source ?? "-"))
        {
            // An empty word is mostly a shell variable without a value.
            if (string.IsNullOrWhiteSpace(uri))
            {
                throw new RefusedException("the name of a source or target is empty");
            }
        }

        var budget = ReadBudget(text.Pages);
        var journal = text.Journaling is { } journaling ? JournalRequestReader.Read(journaling) : null;
        var options = ReadOptions(text, budget);

        // What a journal says is durable has to be, so a journaled job flushes whether that was asked for or not.
        return new TransferRequest(
            text.Kind,
            TableDevices.ByPath(text.Source),
            ReadTargets(text),
            journal is null ? options : options with { Flush = true })
        {
            Journal = journal,
            SourceSector = ReadSectors("--sector", text.Sector) ?? 0,
            SectorCount = ReadSectors("--count", text.Count),
            TargetSector = ReadSectors("--target-sector", text.TargetSector),
            Direct = text.Direct,
            PageBudget = budget,
            BytesPerSecond = ReadRate(text.Rate),
            Percent = ReadPercent(text.Percent),
            Progress = ReadProgress(text.Progress),
            Json = text.Json,
        };
    }

    /// <summary>What is compared may be a snapshot, too.</summary>
    private static ImmutableArray<string> ReadTargets(TransferText text) => text.Kind == CopyJobKind.Verify
        ? [.. text.Targets.Select(static target => TableDevices.ByPath(target)!)]
        : text.Targets;

    /// <summary>Reads what a resume takes. How the job is done otherwise, its journal says.</summary>
    /// <param name="text">The options; its source and targets do not count.</param>
    /// <param name="jobs">The names; none: all that are not over.</param>
    /// <exception cref="RefusedException">Something is not what its option takes.</exception>
    internal static ResumeRequest ReadResume(TransferText text, ImmutableArray<string> jobs)
    {
        var journaling = text.Journaling!;
        var policy = JournalRequestReader.ReadPolicy(journaling);
        return policy is not null && jobs.IsEmpty
            ? throw new RefusedException("--restart and --trust are for jobs that are named: nobody means all of them")
            : new ResumeRequest(
                JournalPlaceReader.Read(journaling.Journal),
                [.. jobs.Distinct().Select(JournalRequestReader.ReadJob)])
            {
                Policy = policy ?? JobStartPolicy.Continue,
                Interval = JournalRequestReader.ReadInterval(journaling.CheckpointInterval),
                PageBudget = ReadBudget(text.Pages),
                BytesPerSecond = ReadRate(text.Rate),
                Percent = ReadPercent(text.Percent),
                Progress = ReadProgress(text.Progress),
                Json = text.Json,
            };
    }

    private static CopyOptions ReadOptions(TransferText text, ByteCount budget) => new()
    {
        SegmentSize = ReadSegment(text, budget),
        InFlight = ReadNumber("--in-flight", text.InFlight, 1, CopyOptions.MaxInFlight)
            ?? UsualOf(text).InFlight,
        IgnoreError = text.IgnoreError,
        WriteSequential = text.Sequential,
        OnTargetError = text.OnTargetError switch
        {
            null or "fail" => OnTargetError.Fail,
            "drop" => OnTargetError.Drop,
            _ => throw NoChoice("--on-target-error", text.OnTargetError, "fail or drop"),
        },
        OnReadError = text.OnReadError switch
        {
            null or "fail" => OnReadError.Fail,
            "salvage" => OnReadError.Salvage,
            _ => throw NoChoice("--on-read-error", text.OnReadError, "fail or salvage"),
        },
        Sparse = text.Sparse,
        Verify = text.Verify,
        Flush = text.Flush,
        Digest = text.Digest,
    };

    /// <summary>How progress is shown.</summary>
    internal static ProgressStyle ReadProgress(string? text) => text switch
    {
        null or "auto" => ProgressStyle.Auto,
        "plain" => ProgressStyle.Plain,
        "json" => ProgressStyle.Json,
        "none" => ProgressStyle.None,
        _ => throw NoChoice("--progress", text, "auto, plain, json or none"),
    };

    /// <summary>A plain number counts sectors; with a suffix it is a size in whole sectors.</summary>
    internal static long? ReadSectors(string option, string? text)
    {
        if (text is null)
        {
            return null;
        }

        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var sectors))
        {
            return sectors <= SectorRange.Limit ? sectors : throw TooLarge(option, text);
        }

        if (text.All(char.IsAsciiDigit) && text.Length > 0)
        {
            throw TooLarge(option, text);
        }

        if (!SizeText.TryParse(text, out var bytes))
        {
            throw new RefusedException(
                $"{option} '{text}' is neither a number of sectors nor a size, such as 2048 or 1M");
        }

        return bytes % Sectors.Size == 0
            ? bytes / Sectors.Size
            : throw new RefusedException(
                $"{option} '{text}' is {bytes} bytes, which is not a multiple of a sector of {Sectors.Size} bytes");
    }

    private static ByteCount ReadBudget(string? text)
    {
        var budget = ReadSize("--pages", text) ?? TransferRequest.DefaultPageBudget;
        return budget.Value >= PageBudget.PageSize && budget.Value / PageBudget.PageSize <= int.MaxValue
            ? budget
            : throw new RefusedException($"--pages '{text}' is out of range: a page budget is 4 KiB to 8 TiB");
    }

    private static ByteCount ReadSegment(TransferText text, ByteCount budget)
    {
        if (ReadSize("--segment", text.Segment) is { } segment)
        {
            if (segment.Value <= 0 || segment > CopyOptions.MaxSegmentSize || segment.Value % PageBudget.PageSize != 0)
            {
                throw new RefusedException(
                    $"--segment '{text.Segment}' is not a segment size: "
                    + "a segment is a multiple of 4 KiB, from 4 KiB to 64 MiB");
            }

            return segment <= budget
                ? segment
                : throw new RefusedException(
                    $"--segment '{text.Segment}' is more than the page budget of {budget} (--pages)");
        }

        // Who asks for a small budget and nothing else means smaller segments, not an error message.
        var usual = UsualOf(text).Segment;
        return budget < usual ? new ByteCount(budget.Value / PageBudget.PageSize * PageBudget.PageSize) : usual;
    }

    /// <summary>What is in flight where nothing is said of it.</summary>
    /// <remarks>
    /// Decided: buffered, with neither option given, 4 segments of 1 MiB, and 4 of 8 MiB where a server has part in it.
    /// Because: the page cache answers at once, and 4 MiB in flight are enough in half the actors per GiB; a server
    /// answers after a while, in which a fast network takes more than that, and each request wakes threads on both
    /// sides. Instead of: 8 of 512 KiB, which stay with --direct or when either is given.
    /// </remarks>
    private static (ByteCount Segment, int InFlight) UsualOf(TransferText text)
    {
        if (text is not { Direct: false, Segment: null, InFlight: null })
        {
            return (CopyOptions.Default.SegmentSize, CopyOptions.Default.InFlight);
        }

        return text.Targets.Append(text.Source).Any(static uri => uri is not null && NbdScheme.IsUri(uri))
            ? (8.MiB, 4)
            : (1.MiB, 4);
    }

    /// <summary>Bytes a second; 0 where nothing was given.</summary>
    internal static ByteCount ReadRate(string? text)
    {
        var rate = text is not null && text.EndsWith("/s", StringComparison.Ordinal) ? text[..^2] : text;
        return ReadSize("--rate", rate) ?? ByteCount.Zero;
    }

    private static int ReadPercent(string? text) =>
        ReadNumber("--percent", text?.TrimEnd('%'), 0, 100) ?? 100;

    /// <summary>A size; null where none was given.</summary>
    internal static ByteCount? ReadSize(string option, string? text)
    {
        if (text is null)
        {
            return null;
        }

        return SizeText.TryParse(text, out var bytes)
            ? new ByteCount(bytes)
            : throw new RefusedException($"{option} '{text}' is not a size in whole bytes, such as 65536, 64K or 1.5G");
    }

    /// <summary>A whole number; null where none was given.</summary>
    internal static int? ReadNumber(string option, string? text, int least, int most)
    {
        if (text is null)
        {
            return null;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most
            ? number
            : throw new RefusedException($"{option} '{text}' is not a whole number from {least} to {most}");
    }

    private static RefusedException NoChoice(string option, string text, string choices) =>
        new($"{option} '{text}' is none of its values, which are {choices}");

    private static RefusedException TooLarge(string option, string text) =>
        new($"{option} '{text}' is too large: there are at most {SectorRange.Limit} sectors");
}
