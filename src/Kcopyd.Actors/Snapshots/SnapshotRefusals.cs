using Kcopyd.Core.Snapshots;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Snapshots;

/// <summary>What is said of requests and commands that fail.</summary>
internal static class SnapshotRefusals
{
    /// <summary>EIO.</summary>
    private const int InputOutputError = 5;

    /// <summary>ENOSPC.</summary>
    private const int NoSpace = 28;

    /// <summary>Why a call failed; null: it did not.</summary>
    public static DeviceException? FailureOf(string name, OriginRequest request, ChunkRefusal refusal)
    {
        if (refusal == ChunkRefusal.None)
        {
            return null;
        }

        var failure = refusal == ChunkRefusal.Device ? request.Failure : null;
        var reason = failure?.Message ?? ReasonOf(refusal);
        var kind = failure?.Kind ?? DeviceErrorKind.Io;
        return new DeviceException(name, request.Operation, kind, reason, failure)
        {
            Offset = request.Operation == DeviceOperation.Flush ? null : request.Offset,
            Errno = failure?.Errno ?? (refusal == ChunkRefusal.NoRoom ? NoSpace : InputOutputError),
        };
    }

    /// <summary>An invalid snapshot cannot be read.</summary>
    public static DeviceException Invalid(string name, long offset) =>
        new(name, DeviceOperation.Read, DeviceErrorKind.Io, ReasonOf(ChunkRefusal.Invalid))
        {
            Offset = offset,
            Errno = InputOutputError,
        };

    /// <summary>A snapshot that was replaced shows nothing.</summary>
    public static DeviceException Replaced(string name, DeviceOperation operation) =>
        new(name, operation, DeviceErrorKind.Io, "its store was handed over to another snapshot")
        {
            Errno = InputOutputError,
        };

    public static ObjectDisposedException Closed(string name) => new(name, $"{name} is closed.");

    public static InvalidOperationException NotSuspended(string name) => new($"{name} is not suspended.");

    public static InvalidOperationException HasSuccessor(string name) =>
        new($"{name} is not resumed: another snapshot is about to take over its store.");

    public static InvalidOperationException SourceNotSuspended(string name) =>
        new($"Unable to perform snapshot handover until source is suspended: {name} is not.");

    public static InvalidOperationException AlreadyMerging(string name) =>
        new($"A snapshot is already merging into {name}.");

    public static InvalidOperationException AlreadySucceeded(string name) =>
        new($"Another snapshot is to take over the store of {name} already.");

    public static DeviceException NotFlushed(string name, DeviceException? failure) => new(
        name,
        DeviceOperation.Flush,
        DeviceErrorKind.Io,
        $"the origin could not be flushed for a snapshot: {failure?.Message}",
        failure);

    public static SnapshotStoreException MergeFailed(string name, SnapshotLoss? loss) => new(
        $"Merging {name} failed: " + loss switch
        {
            SnapshotLoss.DataRead => "its store could not be read.",
            SnapshotLoss.Metadata => "the exceptions in its store could not be read or written.",
            SnapshotLoss.OriginWrite => "the origin could not be written.",
            SnapshotLoss.OtherSnapshot => "another snapshot could not keep what it shows.",
            _ => "it stopped earlier.",
        });

    private static string ReasonOf(ChunkRefusal refusal) => refusal switch
    {
        ChunkRefusal.Invalid => "the snapshot is invalid",
        ChunkRefusal.Overflowed => "the snapshot overflowed and takes no writes",
        ChunkRefusal.NoRoom => "the store of a snapshot is full",
        ChunkRefusal.NotKept => "what a snapshot shows could not be kept",
        ChunkRefusal.MergeFailed => "the merge of a snapshot failed",
        ChunkRefusal.Removed => "the snapshot was closed",
        _ => "a device failed",
    };
}
