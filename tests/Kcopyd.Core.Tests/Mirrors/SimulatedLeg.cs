namespace Kcopyd.Core.Tests.Mirrors;

/// <summary>A leg with a cache that a power cut or a failed flush loses in part.</summary>
/// <remarks>A value is the version of what was written; negative: only half of it.</remarks>
internal sealed class SimulatedLeg(int slots, Random random)
{
    private readonly int[] _durable = new int[slots];
    private readonly List<int>?[] _cached = new List<int>?[slots];

    public int Durable(int slot) => _durable[slot];

    public int Read(int slot) => _cached[slot] is { Count: > 0 } cached ? cached[^1] : _durable[slot];

    public void Write(int slot, int value)
    {
        if (Read(slot) != value)
        {
            (_cached[slot] ??= []).Add(value);
        }
    }

    /// <summary>A write of which nobody knows how far it came.</summary>
    public void WriteSome(int slot, int value)
    {
        var had = Read(slot);
        if (had != value)
        {
            Write(slot, random.Next(3) switch { 0 => had, 1 => value, _ => -Math.Max(Math.Abs(had), Math.Abs(value)) });
        }
    }

    /// <summary>Fills the leg with what another device had.</summary>
    public void Fill(int value) => Array.Fill(_durable, value);

    public void Flush()
    {
        for (var slot = 0; slot < slots; slot++)
        {
            _durable[slot] = Read(slot);
            _cached[slot] = null;
        }
    }

    /// <returns>The slots whose newest content is gone.</returns>
    public List<int> FailFlush()
    {
        List<int> lost = [];
        for (var slot = 0; slot < slots; slot++)
        {
            if (_cached[slot] is { Count: > 0 } && random.Next(2) == 0)
            {
                _cached[slot] = null;
                lost.Add(slot);
            }
        }

        return lost;
    }

    public void CutPower()
    {
        for (var slot = 0; slot < slots; slot++)
        {
            var kept = random.Next((_cached[slot]?.Count ?? 0) + 1);
            _durable[slot] = kept == 0 ? _durable[slot] : _cached[slot]![kept - 1];
            _cached[slot] = null;
        }
    }
}
