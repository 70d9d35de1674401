namespace Kcopyd.Core.Copying;

/// <summary>A range of a job that the same targets need.</summary>
/// <param name="Range">Its sectors, counted from the job's first.</param>
/// <param name="Targets">The targets that need it.</param>
public readonly record struct PlanRun(SectorRange Range, TargetMask Targets);
