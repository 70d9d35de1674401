namespace Kcopyd.Actors.Hosting;

/// <summary>When something is disposed at the end of an actor system.</summary>
internal enum ShutdownTurn
{
    /// <summary>Clients, which work on devices.</summary>
    Clients,

    /// <summary>Origins with their snapshots, which stand on other devices.</summary>
    Origins,

    /// <summary>Mirrors.</summary>
    Mirrors,
}
