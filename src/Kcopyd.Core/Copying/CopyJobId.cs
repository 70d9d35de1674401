namespace Kcopyd.Core.Copying;

/// <summary>The name of a job: unique within its client, or, for a named one, wherever jobs are kept.</summary>
/// <param name="Value">Letters, digits, <c>-</c>, <c>_</c> and <c>.</c>.</param>
public readonly record struct CopyJobId(string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}
