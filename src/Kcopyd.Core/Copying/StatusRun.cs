namespace Kcopyd.Core.Copying;

/// <summary>A range of a job's source of which it is known whether it holds data.</summary>
/// <param name="Range">Its sectors, counted from the job's first.</param>
/// <param name="IsZero">Whether it reads as zeros and need not be read.</param>
public readonly record struct StatusRun(SectorRange Range, bool IsZero);
