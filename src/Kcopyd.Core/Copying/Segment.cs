namespace Kcopyd.Core.Copying;

/// <summary>
/// The piece of a job that is read once and written to every target that needs it (the kernel's sub-job).
/// </summary>
/// <param name="Index">Its number in the plan: ascending with its position.</param>
/// <param name="Range">Its sectors, counted from the job's first.</param>
/// <param name="Targets">The targets that need it.</param>
/// <param name="Kind">What is to be done.</param>
/// <param name="Attempt">0, or how often it was lost and begun again.</param>
public readonly record struct Segment(
    long Index, SectorRange Range, TargetMask Targets, SegmentKind Kind, int Attempt = 0);
