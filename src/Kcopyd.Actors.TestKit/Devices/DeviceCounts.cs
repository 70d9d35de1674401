namespace Kcopyd.Actors.TestKit.Devices;

/// <summary>How often one kind of request was made.</summary>
/// <param name="Begun">Requests so far.</param>
/// <param name="Completed">Of them, done.</param>
/// <param name="Failed">Of them, failed or cancelled.</param>
/// <param name="Bytes">Bytes of those that were done.</param>
public readonly record struct DeviceCounts(long Begun, long Completed, long Failed, long Bytes)
{
    /// <summary>Requests in flight now.</summary>
    public long InFlight => Begun - Completed - Failed;

    /// <summary>The most requests that were in flight at once.</summary>
    public long MaxInFlight { get; init; }
}
