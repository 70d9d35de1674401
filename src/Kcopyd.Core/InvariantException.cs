namespace Kcopyd.Core;

/// <summary>A defect of the program: something that must hold did not.</summary>
/// <param name="condition">The condition as it stands in the code.</param>
public sealed class InvariantException(string condition) : Exception($"This must hold and does not: {condition}")
{
    /// <summary>The condition as it stands in the code.</summary>
    public string Condition { get; } = condition;
}
