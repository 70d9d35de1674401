namespace Kcopyd.Core.Copying;

/// <summary>What a plan says comes next.</summary>
public abstract record PlanStep
{
    private PlanStep()
    {
    }

    /// <summary>A segment, and the plan after it.</summary>
    public sealed record Next(Segment Segment, CopyPlan Rest) : PlanStep;

    /// <summary>The plan cannot go on before it knows the block status of this range.</summary>
    public sealed record NeedsStatus(SectorRange Range) : PlanStep;

    /// <summary>Nothing is left.</summary>
    public sealed record Done : PlanStep
    {
        /// <summary>The one value.</summary>
        public static readonly Done Instance = new();
    }
}
