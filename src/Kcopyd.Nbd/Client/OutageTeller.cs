namespace Kcopyd.Nbd.Client;

/// <summary>Tells of the outages of one device, each once, however many connections it has. Any thread may call.
/// </summary>
internal sealed class OutageTeller(NbdUri uri, Action<NbdOutage>? listener)
{
    private int _isOut;

    /// <summary>A connection was tried to be made again, in vain.</summary>
    public void Begin(string reason)
    {
        if (Interlocked.Exchange(ref _isOut, 1) == 0)
        {
            Tell(new NbdOutage(uri.Text, reason));
        }
    }

    /// <summary>A connection was made again.</summary>
    public void End()
    {
        if (Interlocked.Exchange(ref _isOut, 0) != 0)
        {
            Tell(new NbdOutage(uri.Text, null));
        }
    }

    private void Tell(NbdOutage outage)
    {
        try
        {
            listener?.Invoke(outage);
        }
#pragma warning disable CA1031 // who cannot even listen has no more to say
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }
}
