namespace Kcopyd.Actors.TestKit.Devices;

/// <summary>Counts one kind of request without a lock.</summary>
internal sealed class DeviceCounter
{
    private long _begun;
    private long _completed;
    private long _failed;
    private long _bytes;
    private long _inFlight;
    private long _maxInFlight;

    public DeviceCounts Counts
    {
        get
        {
            // Ended before begun, so that a snapshot taken while requests come never shows more ended than begun.
            var (bytes, completed, failed) =
                (Interlocked.Read(ref _bytes), Interlocked.Read(ref _completed), Interlocked.Read(ref _failed));
            return new DeviceCounts(Interlocked.Read(ref _begun), completed, failed, bytes)
            {
                MaxInFlight = Interlocked.Read(ref _maxInFlight),
            };
        }
    }

    public void Begin()
    {
        Interlocked.Increment(ref _begun);
        var now = Interlocked.Increment(ref _inFlight);
        var max = Interlocked.Read(ref _maxInFlight);
        while (now > max)
        {
            max = Interlocked.CompareExchange(ref _maxInFlight, now, max) is var seen && seen == max ? now : seen;
        }
    }

    public void Complete(long bytes)
    {
        Interlocked.Decrement(ref _inFlight);
        Interlocked.Add(ref _bytes, bytes);
        Interlocked.Increment(ref _completed);
    }

    public void Fail()
    {
        Interlocked.Decrement(ref _inFlight);
        Interlocked.Increment(ref _failed);
    }
}
