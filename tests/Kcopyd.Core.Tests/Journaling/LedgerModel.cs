using Kcopyd.Core.Journaling;

namespace Kcopyd.Core.Tests.Journaling;

/// <summary>A target of a ledger as sets of sectors, each of which says what is known of a sector.</summary>
internal sealed class LedgerModel
{
    private readonly HashSet<long> _written = [];
    private readonly HashSet<long> _flushing = [];
    private readonly HashSet<long> _claimable = [];
    private bool _isLost;

    public bool HasWritten => _written.Count > 0;

    public bool HasClaim => _claimable.Count > 0;

    public void Write(SectorRange range)
    {
        if (!_isLost)
        {
            _written.UnionWith(SectorsOf(range));
        }
    }

    public void BeginFlush() => Move(_written, _flushing);

    public void EndFlush(bool isFailed)
    {
        if (isFailed)
        {
            GiveUp();
        }

        Move(_flushing, _claimable);
    }

    public void GiveUp()
    {
        _isLost = true;
        _written.Clear();
        _flushing.Clear();
    }

    /// <summary>What a claim must hold: no sector more, none less.</summary>
    public IReadOnlyList<long> Claim()
    {
        List<long> claim = [.. _claimable.Order()];
        _claimable.Clear();
        return claim;
    }

    public static IEnumerable<long> SectorsOf(IEnumerable<TargetClaim> claims, int target) =>
        claims.Where(claim => claim.Target == target).SelectMany(claim => claim.Ranges).SelectMany(SectorsOf);

    private static IEnumerable<long> SectorsOf(SectorRange range) =>
        Enumerable.Range(0, (int)range.Count).Select(i => range.Start + i);

    private static void Move(HashSet<long> from, HashSet<long> to)
    {
        to.UnionWith(from);
        from.Clear();
    }
}
