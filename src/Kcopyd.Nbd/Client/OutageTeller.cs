namespace Kcopyd.Nbd.Client;

/// <summary>Tells of the outages of one device, each once, however many connections it has. Any thread may call.
/// </summary>
internal sealed class OutageTeller(NbdUri uri, Action<NbdOutage>? listener)
{
    private readonly Lock _gate = new();
    private bool _isOut;

    /// <summary>A connection was tried to be made again, in vain.</summary>
    public void Begin(string reason) => Set(true, reason);

    /// <summary>A connection was made again.</summary>
    public void End() => Set(false, null);

    /// <summary>Tells in the order in which it happens.</summary>
    private void Set(bool isOut, string? reason)
    {
        lock (_gate)
        {
            if (_isOut != isOut)
            {
                _isOut = isOut;
                Listeners.Tell(listener, new NbdOutage(uri.Text, reason));
            }
        }
    }
}
