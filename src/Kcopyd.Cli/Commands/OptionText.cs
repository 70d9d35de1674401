namespace Kcopyd.Cli.Commands;

/// <summary>An option as the help shows it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">The name of its value; null for a flag.</param>
/// <param name="Description">Effect, unit, default.</param>
internal sealed record OptionText(string Name, string? Value, string Description)
{
    internal static readonly OptionText Sector = new(
        "--sector", "SECTOR", "First sector of the source. Default: 0");

    internal static readonly OptionText Count = new(
        "--count", "SECTORS", "How many sectors. Default: to the end of the source");

    internal static readonly OptionText TargetSector = new(
        "--target-sector",
        "SECTOR",
        "First sector of every target. Default: 0. "
        + "When given, a target file that is too short is refused, not extended");

    internal static readonly OptionText Direct = new(
        "--direct", null, "Go past the page cache (O_DIRECT), on the source and on every target");

    internal static readonly OptionText Pages = new(
        "--pages", "SIZE", "Page budget: the memory that holds data on its way. Default: 64M");

    internal static readonly OptionText Segment = new(
        "--segment",
        "SIZE",
        "What is read and written at a time, a multiple of 4K up to 64M. "
        + "Default: 1M, 8M with an NBD server, 512K with --direct or --in-flight, or the page budget if that is "
        + "less");

    internal static readonly OptionText InFlight = new(
        "--in-flight",
        "COUNT",
        "Segments in flight at most, 1 to 64. Default: 4, 8 with --direct or --segment");

    internal static readonly OptionText Rate = new(
        "--rate", "SIZE", "Bytes of source a second at most; 0 is no limit. Default: 0");

    internal static readonly OptionText Percent = new(
        "--percent",
        "PERCENT",
        "Share of the time with I/O in flight at most, 0 to 100; 100 is no limit. Default: 100");

    internal static readonly OptionText IgnoreError = new(
        "--ignore-error",
        null,
        "Go on past errors: what cannot be read is written as zeros, every error is reported. "
        + "No effect with --sequential");

    internal static readonly OptionText Sequential = new(
        "--sequential", null, "Write every target in ascending order, one segment after the other");

    internal static readonly OptionText OnTargetError = new(
        "--on-target-error",
        "fail|drop",
        "What a failing target means: the job fails, or that target is dropped and the others are finished. "
        + "Default: fail");

    internal static readonly OptionText OnReadError = new(
        "--on-read-error",
        "fail|salvage",
        "What an unreadable source means: the job fails, or it is read sector by sector, "
        + "what stays unreadable is written as zeros and listed. Default: fail");

    internal static readonly OptionText Sparse = new(
        "--sparse", null, "Do not read holes, and make zeros by the device's own command (holes in a file)");

    internal static readonly OptionText Verify = new(
        "--verify", null, "Read everything back past the page cache and compare it; flushes first");

    internal static readonly OptionText Flush = new(
        "--flush", null, "Make it durable before saying that it is done");

    internal static readonly OptionText Digest = new(
        "--digest", null, "Compute and print the SHA-256 of what was read");

    internal static readonly OptionText Progress = new(
        "--progress",
        "auto|plain|json|none",
        "On standard error: a bar on a terminal and plain lines elsewhere, plain lines, "
        + "a JSON object a line, or nothing. Default: auto");

    internal static readonly OptionText Json = new(
        "--json", null, "Print the result on standard output as one JSON object");

    internal static readonly OptionText Journal = new(
        "--journal",
        "WHERE",
        "The journal: the path of a SQLite file, which is made if it is not there, or a PostgreSQL database as "
        + "Host=...;... or postgresql://... Default: $KCOPYD_JOURNAL, else kcopyd/journal.db in the XDG state "
        + "directory");

    internal static readonly OptionText JournalThatIsThere = new(
        "--journal",
        "WHERE",
        "The journal: the path of a SQLite file, or a PostgreSQL database as Host=...;... or postgresql://... "
        + "Default: $KCOPYD_JOURNAL, else kcopyd/journal.db in the XDG state directory");

    internal static readonly OptionText Job = new(
        "--job", "NAME", "The job's name. Default: one that the same command has again");

    internal static readonly OptionText CheckpointInterval = new(
        "--checkpoint-interval",
        "DURATION",
        "How often what was written is flushed and journaled, 100ms to 1h: so much is copied again after a crash. "
        + "Default: 1s");

    internal static readonly OptionText Restart = new(
        "--restart", null, "Begin afresh, whatever an unfinished job of the same name has done");

    internal static readonly OptionText Trust = new(
        "--trust",
        null,
        "Go on where the unfinished job was, although a device is not what was recorded: you know that it holds what "
        + "was copied to it");

    internal static readonly OptionText Table = new(
        "--table",
        "LINE",
        "The mirror as device-mapper has it, in sectors: "
        + "\"0 LENGTH mirror disk 2 LOG REGION LEGS LEG OFFSET ...\", or core 1 REGION for no log; "
        + "devices are paths, URIs (file:///a%20b has a space) or MAJOR:MINOR; - reads the line from standard input");

    internal static readonly OptionText Size = new(
        "--size", "SIZE", "Create missing leg files with so many bytes. Default: a missing leg is refused");

    internal static readonly OptionText Force = new(
        "--force", null, "Make the log although something stands on its device");

    internal static readonly OptionText Recoveries = new(
        "--recoveries", "COUNT", "Regions copied at a time, 1 to 64. Default: 4");

    internal static readonly OptionText ShowTable = new(
        "--show-table", null, "Print the table line before the status line");

    internal static readonly OptionText All = new(
        "--all", null, "List every job that is over, not only the last few");

    internal static readonly OptionText NoJournal = new(
        "--no-journal", null, "Keep no journal of the job: it cannot be resumed, and is not flushed unless --flush");

    /// <summary>Other names.</summary>
    internal string[] Aliases { get; init; } = [];
}
