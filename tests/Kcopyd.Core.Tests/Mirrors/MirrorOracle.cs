namespace Kcopyd.Core.Tests.Mirrors;

/// <summary>What may be read from each slot of a mirror, now and after a power cut.</summary>
internal sealed class MirrorOracle(int slots)
{
    private readonly int[] _done = Filled(slots);
    private readonly int[] _safe = Filled(slots);
    private readonly int[] _seen = new int[slots];
    private readonly bool[] _isQuiet = new bool[slots];
    private readonly int[] _busy = new int[slots];
    private readonly long[] _submitted = new long[slots];
    private readonly Dictionary<SimulatedRequest, long> _issued = [];
    private long _tick;

    public void Submitted(SimulatedRequest request)
    {
        ForEach(request, slot =>
        {
            (_isQuiet[slot], _submitted[slot]) = (false, ++_tick);
            _busy[slot]++;
            Assert.Equal(1, _busy[slot]);
        });
    }

    public void FlushIssued(SimulatedRequest flush)
    {
        _issued[flush] = ++_tick;
        flush.Promised = (int[])_done.Clone();
        flush.WasIdle = [.. _busy.Select(count => count == 0)];
    }

    public void Settled(SimulatedRequest request, bool isDone)
    {
        if (request.Kind == Core.Mirrors.RegionRequestKind.Flush)
        {
            FlushSettled(request, isDone);
            return;
        }

        ForEach(request, slot =>
        {
            _busy[slot]--;
            _done[slot] = isDone ? request.Version : _done[slot];
        });
    }

    /// <summary>A failed flush lost the only copy there was.</summary>
    public void Lost(int slot) => _done[slot] = _safe[slot];

    public void SeesRead(int slot, int value, string where)
    {
        Assert.True(IsNoOlder(value, _done[slot]), $"{where}: slot {slot} reads {value}, {_done[slot]} was done");
        if (_isQuiet[slot])
        {
            _seen[slot] = value;
        }
    }

    /// <summary>The content that a cut left.</summary>
    public void SeesCut(int slot, int value)
    {
        Assert.True(IsNoOlder(value, _safe[slot]), $"slot {slot} has {value}, {_safe[slot]} was safe");
        Assert.True(IsNoOlder(value, _seen[slot]), $"slot {slot} has {value}, {_seen[slot]} was read");
        (_done[slot], _safe[slot], _isQuiet[slot], _busy[slot]) = (value, value, false, 0);
        _issued.Clear();
    }

    private static int[] Filled(int slots)
    {
        var versions = new int[slots];
        Array.Fill(versions, 1);
        return versions;
    }

    private static bool IsNoOlder(int value, int than) => value == than || Math.Abs(value) > Math.Abs(than);

    private static void ForEach(SimulatedRequest request, Action<int> action)
    {
        for (var slot = request.FirstSlot; slot <= request.LastSlot && request.Version > 0; slot++)
        {
            action(slot);
        }
    }

    private void FlushSettled(SimulatedRequest flush, bool isDone)
    {
        if (!isDone || !_issued.Remove(flush, out var issued))
        {
            return;
        }

        for (var slot = 0; slot < slots; slot++)
        {
            _safe[slot] = Math.Abs(flush.Promised[slot]) > Math.Abs(_safe[slot]) ? flush.Promised[slot] : _safe[slot];
            _isQuiet[slot] |= flush.WasIdle[slot] && _submitted[slot] < issued;
        }
    }
}
