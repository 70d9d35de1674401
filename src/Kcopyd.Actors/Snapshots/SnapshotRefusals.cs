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

    /// <summary>Why an invalid snapshot is not merged, as the end of a sentence.</summary>
    public const string IsInvalid = "the snapshot is invalid.";

    /// <summary>Why a call failed; null: it did not.</summary>
    /// <remarks>A write for which a store has no room fails with ENOSPC only where it is the write that pays: a
    /// snapshot that pays refuses it as what it is from now on, with EIO.</remarks>
    public static DeviceException? FailureOf(string name, OriginRequest request, ChunkRefusal refusal)
    {
        var failure = refusal == ChunkRefusal.Device ? request.Failure : null;
        return refusal switch
        {
            ChunkRefusal.None => null,
            ChunkRefusal.Removed => BlockRequest.Closed(name, request.Operation),
            ChunkRefusal.Invalid when request.Port is { IsReplaced: true } => Replaced(name, request.Operation),
            _ when failure is not null => Failure(failure.Kind, failure.Errno, failure.Message),
            ChunkRefusal.NoRoom when IsPaidByWrite(request) => Failure(
                DeviceErrorKind.NoSpace, NoSpace, ReasonOf(refusal)),
            _ => Failure(DeviceErrorKind.Io, InputOutputError, ReasonOf(refusal)),
        };

        DeviceException Failure(DeviceErrorKind kind, int errno, string reason) =>
            new(name, request.Operation, kind, reason, failure)
            {
                Offset = request.Operation == DeviceOperation.Flush ? null : request.Offset,
                Errno = errno,
                IsTransient = failure is { IsTransient: true },
            };
    }

    /// <summary>An invalid snapshot cannot be read.</summary>
    public static DeviceException Invalid(string name, DeviceOperation operation, long offset) =>
        new(name, operation, DeviceErrorKind.Io, ReasonOf(ChunkRefusal.Invalid))
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

    public static InvalidOperationException NotBeforeMerged(string name, string origin) =>
        new($"{name} does not begin while a snapshot is merged into {origin}: what it would show never was.");

    public static InvalidOperationException AlreadyMerging(string name) =>
        new($"A snapshot is already merging into {name}.");

    public static InvalidOperationException CannotSucceed(string name) => new(
        $"The store of {name} cannot be taken over: it is merged, taken over, closed, or none of this origin's.");

    public static InvalidOperationException AlreadySucceeded(string name) =>
        new($"Another snapshot is to take over the store of {name} already.");

    /// <summary>A snapshot could not begin: the origin could not be flushed, or its store not made ready.</summary>
    public static DeviceException NotBegun(string name, DeviceException? failure) => new(
        name,
        DeviceOperation.Flush,
        failure?.Kind ?? DeviceErrorKind.Io,
        $"the snapshot could not begin: {failure?.Message ?? "it is being closed"}",
        failure)
    {
        Errno = failure?.Errno ?? InputOutputError,
    };

    public static SnapshotStoreException MergeFailed(string name, string reason) =>
        new($"Merging {name} failed: {reason}");

    /// <summary>Why a merge stopped, as the end of a sentence.</summary>
    /// <param name="loss">What failed.</param>
    /// <param name="reason">Which device, where and why; null where no device failed.</param>
    public static string ReasonOf(SnapshotLoss loss, string? reason)
    {
        var what = loss switch
        {
            SnapshotLoss.DataRead => "its store could not be read",
            SnapshotLoss.Metadata when reason is null => "its store has not the exceptions that were loaded from it",
            SnapshotLoss.Metadata => "the exceptions in its store could not be read or written",
            SnapshotLoss.OriginWrite => "the origin could not be written",
            _ => "another snapshot could not keep what it shows",
        };
        return reason is null ? $"{what}." : $"{what}: {reason.TrimEnd('.')}.";
    }

    private static bool IsPaidByWrite(OriginRequest request) =>
        request.Snapshot is not { IsMerging: false, Policy.OnFailure: SnapshotFailurePolicy.InvalidateSnapshot };

    private static string ReasonOf(ChunkRefusal refusal) => refusal switch
    {
        ChunkRefusal.Invalid => "the snapshot is invalid",
        ChunkRefusal.Overflowed => "the snapshot overflowed and takes no writes",
        ChunkRefusal.NoRoom => "the store of a snapshot is full",
        ChunkRefusal.NotKept => "what a snapshot shows could not be kept",
        ChunkRefusal.MergeFailed => "the merge of a snapshot failed",
        _ => "a device failed",
    };
}
