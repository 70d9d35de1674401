using Kcopyd.Actors.Journaling;
using Kcopyd.Actors.Mirrors;
using Kcopyd.Actors.Snapshots;
using Kcopyd.Cli.Execution;
using Kcopyd.Core.Snapshots;
using Kcopyd.Devices;

namespace Kcopyd.Cli.Serving;

/// <summary>Why a device does not run, in words. Pure.</summary>
internal static class ServeFailures
{
    /// <summary>Whether that is expected of devices, and no defect of the program.</summary>
    internal static bool IsOne(Exception failure) => failure is DeviceException or RefusedException
        or MirrorLogException or SnapshotStoreException or SnapshotTableException or JournalException
        or InvalidOperationException
        or IOException or UnauthorizedAccessException;

    /// <summary>It, without an end.</summary>
    internal static string Sentence(Exception failure) =>
        failure is JournalException journal ? JournalSentence.Of(journal) : failure.Message.TrimEnd('.');
}
