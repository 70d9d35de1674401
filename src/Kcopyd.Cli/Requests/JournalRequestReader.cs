using System.Globalization;
using Kcopyd.Actors.Journaling;
using Kcopyd.Core.Copying;

namespace Kcopyd.Cli.Requests;

/// <summary>Reads the options of journaled jobs.</summary>
internal static class JournalRequestReader
{
    /// <summary>Reads all of them.</summary>
    /// <returns>Null for a job that is not journaled.</returns>
    /// <exception cref="RefusedException">Something is not what its option takes, or two contradict each
    /// other.</exception>
    internal static JournalRequest? Read(JournalText text)
    {
        if (text.NoJournal)
        {
            RefuseWithoutJournal(text);
            return null;
        }

        return new JournalRequest(JournalPlaceReader.Read(text.Journal))
        {
            Job = text.Job is { } job ? ReadJob(job) : null,
            Interval = ReadInterval(text.CheckpointInterval),
            Policy = ReadPolicy(text) ?? JobStartPolicy.ContinueOrBeginAfresh,
        };
    }

    /// <summary>What was said about devices that are not the same; null for nothing.</summary>
    internal static JobStartPolicy? ReadPolicy(JournalText text) => text switch
    {
        { Restart: true, Trust: true } =>
            throw new RefusedException("--restart and --trust contradict each other: give one of them"),
        { Restart: true } => JobStartPolicy.BeginAfresh,
        { Trust: true } => JobStartPolicy.Trust,
        _ => null,
    };

    /// <summary>A name that a job may have.</summary>
    internal static string ReadJob(string job) => CopyJobNames.IsValid(job)
        ? job
        : throw new RefusedException($"'{job}' is no name for a job: {CopyJobNames.Rule.TrimEnd('.')}");

    /// <summary>A duration within the engine's bounds.</summary>
    internal static TimeSpan? ReadInterval(string? text)
    {
        if (text is null)
        {
            return null;
        }

        return TryReadDuration(text, out var interval)
            && interval >= JournalOptions.MinInterval
            && interval <= JournalOptions.MaxInterval
            ? interval
            : throw new RefusedException(
                $"--checkpoint-interval '{text}' is not a duration from 100ms to 1h, such as 500ms, 5s or 2m");
    }

    /// <summary>A number with a unit: ms, s, m, min or h; seconds without one.</summary>
    internal static bool TryReadDuration(string text, out TimeSpan duration)
    {
        var unit = text.TrimStart("0123456789.".ToCharArray());
        var milliseconds = unit switch
        {
            "ms" => 1,
            "s" or "" => 1_000,
            "m" or "min" => 60_000,
            "h" => 3_600_000,
            _ => 0,
        };
        var isNumber = decimal.TryParse(
            text.AsSpan(0, text.Length - unit.Length),
            NumberStyles.AllowDecimalPoint,
            CultureInfo.InvariantCulture,
            out var number);
        duration = isNumber && number < 1_000_000
            ? TimeSpan.FromMilliseconds((double)(number * milliseconds))
            : default;
        return isNumber && milliseconds > 0;
    }

    private static void RefuseWithoutJournal(JournalText text)
    {
        (string Option, bool IsGiven)[] options =
        [
            ("--journal", text.Journal is not null),
            ("--job", text.Job is not null),
            ("--checkpoint-interval", text.CheckpointInterval is not null),
            ("--restart", text.Restart),
            ("--trust", text.Trust),
        ];
        if (options.FirstOrDefault(option => option.IsGiven).Option is { } contradicting)
        {
            throw new RefusedException($"--no-journal and {contradicting} contradict each other: give one of them");
        }
    }
}
