using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Kcopyd.Core;

/// <summary>
/// Conditions that are true unless the program is wrong. They stay on in Release and quote themselves.
/// </summary>
public static class Invariant
{
    /// <summary>Throws when <paramref name="condition"/> is false, naming it.</summary>
    /// <exception cref="InvariantException">The condition is false: a defect.</exception>
    public static void Holds(
        [DoesNotReturnIf(false)] bool condition,
        [CallerArgumentExpression(nameof(condition))] string text = "")
    {
        if (!condition)
        {
            throw new InvariantException(text);
        }
    }
}
