namespace Kcopyd.Core.Mirrors;

/// <summary>How a work on regions ended.</summary>
/// <param name="ReadFailed">The source could not be read: no target has anything.</param>
/// <param name="Failed">The targets that do not have all of it.</param>
/// <param name="WasCut">It was ended from outside, and nothing is known but that no leg is to blame.</param>
public readonly record struct WorkOutcome(bool ReadFailed, LegMask Failed, bool WasCut = false)
{
    /// <summary>All targets have all of it.</summary>
    public static readonly WorkOutcome Good;
}
