using System.Diagnostics.Metrics;

namespace Kcopyd.Actors.Copying;

/// <summary>The instruments of the engine, on the meter and activity source <c>Kcopyd.Actors</c> (UCUM
/// units).</summary>
internal static class CopyMetrics
{
    /// <summary>The name of the meter and of the activity source.</summary>
    public const string Name = "Kcopyd.Actors";

    private static readonly Meter Meter = new(Name);

    public static readonly Counter<long> BytesRead =
        Meter.CreateCounter<long>("kcopyd.job.bytes_read", "By", "Bytes read from sources.");

    public static readonly Counter<long> BytesWritten =
        Meter.CreateCounter<long>("kcopyd.job.bytes_written", "By", "Bytes written or zeroed on targets.");

    public static readonly Counter<long> JobsCompleted =
        Meter.CreateCounter<long>("kcopyd.job.completed", "{job}", "Jobs that ended, by outcome.");

    public static readonly Histogram<double> JobDuration =
        Meter.CreateHistogram<double>("kcopyd.job.duration", "s", "From acceptance of a job to its end.");

    public static readonly Counter<long> Checkpoints =
        Meter.CreateCounter<long>("kcopyd.journal.checkpoints", "{checkpoint}", "Checkpoints that are durable.");

    public static readonly Histogram<double> CheckpointFlush =
        Meter.CreateHistogram<double>("kcopyd.journal.flush_duration", "s", "The flush of targets for a checkpoint.");

    public static readonly Histogram<double> CheckpointAppend = Meter.CreateHistogram<double>(
        "kcopyd.journal.append_duration", "s", "From telling a checkpoint to the journal to its answer.");

    public static readonly UpDownCounter<long> PagesTaken =
        Meter.CreateUpDownCounter<long>("kcopyd.client.pages_taken", "{page}", "Pages that segments hold.");
}
