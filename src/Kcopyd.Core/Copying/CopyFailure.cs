namespace Kcopyd.Core.Copying;

/// <summary>One failure: which end, where, the system's number, and whether trying again may help.</summary>
/// <param name="Kind">What failed.</param>
/// <param name="Target">The index of the target; null for the source.</param>
/// <param name="Range">The sectors concerned, counted on the device that failed.</param>
/// <param name="Errno">The system's error number; 0 where there is none.</param>
/// <param name="IsTransient">Whether the same thing may succeed later.</param>
/// <param name="Reason">One sentence for people, naming the device.</param>
public sealed record CopyFailure(
    CopyFailureKind Kind, int? Target, SectorRange Range, int Errno, bool IsTransient, string Reason);
