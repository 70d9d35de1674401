using Kcopyd.Core.Copying;

namespace Kcopyd.Actors.Copying;

/// <summary>A completion that was reserved (kcopyd's prepare callback): it counts as a job until it is
/// completed.</summary>
public sealed class PreparedCompletion
{
    internal PreparedCompletion(CopyJobId id, ClientTicket ticket)
    {
        Id = id;
        Ticket = ticket;
    }

    /// <summary>Its name in its completion. A job may have the same one: a prepared completion is no job.</summary>
    public CopyJobId Id { get; }

    internal ClientTicket Ticket { get; }
}
