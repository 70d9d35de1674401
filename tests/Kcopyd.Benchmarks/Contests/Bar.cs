namespace Kcopyd.Benchmarks.Contests;

/// <summary>A number that the program has to reach.</summary>
/// <param name="Text">What is measured, with its unit.</param>
/// <param name="Measured">The number.</param>
/// <param name="Limit">The number to reach.</param>
/// <param name="IsFloor">Whether the limit is the least allowed; else it is the most.</param>
internal sealed record Bar(string Text, double Measured, double Limit, bool IsFloor = false)
{
    /// <summary>Whether the bar was meant for what was measured. It was not when the size was scaled down.</summary>
    public bool IsJudged { get; init; } = true;

    /// <summary>Whether it is reached. What could not be measured is not.</summary>
    public bool IsMet => IsFloor ? Measured >= Limit : Measured <= Limit;

    /// <summary>How far from the limit, as a share of it.</summary>
    public double Distance => Math.Abs(Measured - Limit) / Limit;
}
