namespace Kcopyd.Core.Mirrors;

/// <summary>Something about a mirror that whoever runs it should hear of.</summary>
public abstract record MirrorNotice
{
    private MirrorNotice()
    {
    }

    /// <summary>A leg had its first error of a kind. Only with <see cref="MirrorPolicy.HandleErrors"/>.</summary>
    public sealed record LegFailed(int Leg, LegErrors Error) : MirrorNotice;

    /// <summary>The leg that reads prefer and recoveries copy from is another one.</summary>
    /// <remarks>Whoever starts the mirror again has to name that leg first.</remarks>
    public sealed record DefaultChanged(int From, int To) : MirrorNotice;

    /// <summary>The default leg failed while other legs lack some of what it holds, so it stays the default.</summary>
    public sealed record DefaultFailedOutOfSync(int Leg) : MirrorNotice;

    /// <summary>No leg without an error is left.</summary>
    public sealed record AllLegsFailed : MirrorNotice;

    /// <summary>All legs hold the same; errors of legs are forgotten.</summary>
    public sealed record InSync : MirrorNotice;

    /// <summary>The log can no longer be written.</summary>
    public sealed record LogFailed : MirrorNotice;

    /// <summary>What a leg could not read was written back to it, and it took it.</summary>
    public sealed record LegRepaired(int Leg, SectorRange Range) : MirrorNotice;

    /// <summary>A leg is another device from now on, which gets its content by recovery.</summary>
    public sealed record LegReplaced(int Leg) : MirrorNotice;
}
