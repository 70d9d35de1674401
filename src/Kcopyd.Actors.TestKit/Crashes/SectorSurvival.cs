namespace Kcopyd.Actors.TestKit.Crashes;

/// <summary>Which unflushed sectors survive: asked write by write, oldest first, sector by sector.</summary>
/// <remarks>Coins alone would seldom draw the cases that matter most: nothing, all, all but one, the last but not the
/// first. So the seed first draws a kind of cut.</remarks>
internal struct SectorSurvival
{
    private readonly Kind _kind;
    private readonly double _share;
    private readonly int _chosen;
    private SeededRandom _random;
    private int _write = -1;
    private bool _keepsWrite;

    /// <summary>Draws the kind.</summary>
    /// <param name="random">Decides.</param>
    /// <param name="writes">How many writes will be asked about.</param>
    public SectorSurvival(SeededRandom random, int writes)
    {
        _random = random;
        _kind = (Kind)_random.NextBelow((int)Kind.Count);
        _share = _random.NextShare();
        _chosen = _random.NextBelow(Math.Max(1, writes));
    }

    private enum Kind
    {
        None,
        All,
        Sectors,
        Writes,
        FirstWrites,
        LastWrites,
        AllButOne,
        OnlyOne,
        Count,
    }

    public void BeginWrite()
    {
        _write++;
        _keepsWrite = _kind switch
        {
            Kind.Writes => _random.NextShare() < _share,
            Kind.FirstWrites => _write < _chosen,
            Kind.LastWrites => _write > _chosen,
            Kind.AllButOne => _write != _chosen,
            Kind.OnlyOne => _write == _chosen,
            _ => _kind == Kind.All,
        };
    }

    public bool Keeps() => _kind switch
    {
        Kind.Sectors => _random.NextShare() < _share,

        // Where the line is drawn, a write is torn.
        Kind.FirstWrites or Kind.LastWrites when _write == _chosen => _random.NextShare() < _share,
        _ => _keepsWrite,
    };
}
