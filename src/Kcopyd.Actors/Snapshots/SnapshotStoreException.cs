namespace Kcopyd.Actors.Snapshots;

/// <summary>The store of a snapshot cannot be used. The message is one sentence that names its device.</summary>
public sealed class SnapshotStoreException(string message, Exception? innerException = null)
    : Exception(message, innerException);
