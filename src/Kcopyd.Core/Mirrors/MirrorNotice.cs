namespace Kcopyd.Core.Mirrors;

/// <summary>Something about a mirror that whoever runs it should hear of.</summary>
public abstract record MirrorNotice
{
    private MirrorNotice()
    {
    }

    /// <summary>A leg had its first error of a kind. Only with <see cref="MirrorPolicy.HandleErrors"/>.</summary>
    public sealed record LegFailed(int Leg, LegErrors Error) : MirrorNotice
    {
        /// <inheritdoc/>
        public override string ToString() => $"leg {Leg} failed: {Error}";
    }

    /// <summary>The leg that reads prefer and recoveries copy from is another one.</summary>
    /// <remarks>Whoever starts the mirror again has to name that leg first.</remarks>
    public sealed record DefaultChanged(int From, int To) : MirrorNotice
    {
        /// <inheritdoc/>
        public override string ToString() => $"leg {To} is the default instead of leg {From}";
    }

    /// <summary>The default leg failed while other legs lack some of what it holds, so it stays the default.</summary>
    public sealed record DefaultFailedOutOfSync(int Leg) : MirrorNotice
    {
        /// <inheritdoc/>
        public override string ToString() => $"the default, leg {Leg}, failed while out of sync";
    }

    /// <summary>No leg without an error is left.</summary>
    public sealed record AllLegsFailed : MirrorNotice
    {
        /// <inheritdoc/>
        public override string ToString() => "all legs failed";
    }

    /// <summary>All legs hold the same; errors of legs are forgotten.</summary>
    public sealed record InSync : MirrorNotice
    {
        /// <inheritdoc/>
        public override string ToString() => "all legs are in sync";
    }

    /// <summary>The log can no longer be written.</summary>
    public sealed record LogFailed : MirrorNotice
    {
        /// <inheritdoc/>
        public override string ToString() => "the log failed";
    }

    /// <summary>What a leg could not read was written back to it, and it took it.</summary>
    public sealed record LegRepaired(int Leg, SectorRange Range) : MirrorNotice
    {
        /// <inheritdoc/>
        public override string ToString() => $"leg {Leg} was repaired at {Range}";
    }

    /// <summary>A leg is another device from now on, which gets its content by recovery.</summary>
    public sealed record LegReplaced(int Leg) : MirrorNotice
    {
        /// <inheritdoc/>
        public override string ToString() => $"leg {Leg} is another device";
    }
}
